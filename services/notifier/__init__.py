"""The notifier: tells agencies and teams that something happened, by reference and never with personal data."""
