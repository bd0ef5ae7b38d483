"""The four raw formats, one file each: a draft in, the bytes an agency would send out."""

from deploy.mash.simulate.formats.health import health_bundle
from deploy.mash.simulate.formats.police import police_notice
from deploy.mash.simulate.formats.school import school_csv
from deploy.mash.simulate.formats.vcs import referral_form

RENDER = {"police": police_notice, "school": school_csv, "health": health_bundle, "vcs": referral_form}
MEDIA_TYPES = {
    "police": "application/json",
    "school": "text/csv",
    "health": "application/fhir+json",
    "vcs": "application/json",
}

__all__ = ["MEDIA_TYPES", "RENDER", "health_bundle", "police_notice", "referral_form", "school_csv"]
