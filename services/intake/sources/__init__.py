"""One connector per kind of agency: raw bytes in, canonical drafts out, a defect for what a person should see."""
