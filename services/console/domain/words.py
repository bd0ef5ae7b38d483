"""Codes in the words that people at the front door use. A code that is not here is shown as it is, never dropped."""

REASONS = {
    "danger": "Immediate danger: a person decides now",
    "level_4_5": "Level 4 or 5: always decided by a person",
    "statutory_flag": "Points at a statutory threshold",
    "consent_missing": "Consent to early help is not recorded",
    "identity_uncertain": "It is not certain who the child is",
    "identity_missing": "It is not known who the child is",
    "no_indicator": "No indicator was recognised",
    "restricted": "The record is restricted",
    "defects": "The contact came with defects",
    "unborn": "About an unborn child",
    "text_prompt": "Words in the text may mean danger",
    "no_service_fits": "No one service fits",
    "several_services_fit": "Several services fit: a person chooses",
    "not_automatic": "The service takes nobody without a person's decision",
    "out_of_area": "The family lives outside the authority",
    "locality_unknown": "It is not known where the child lives, so no team can be named",
    "open_case": "The child has an open case",
    "level_1": "Level 1: may need advice only",
    "multiplier_review": "Risk factors ask for a review",
    "history_review": "Earlier contacts ask for a review",
    "place_via_maps": "Requests about a place go through MAPS",
    "auto_early_help": "Early help, placed by policy with consent",
    "person_decided": "A person decided",
    "person_closed": "A person closed it",
    "newer_version": "A newer version of a contact: it says less than an earlier one, or a person decided on that one",
    "superseded": "A newer version of this contact has taken its place",
}

DANGER = {
    "hurt_now": "Child hurt or in danger at this moment",
    "alone_or_abandoned": "Child alone and too young, or abandoned",
    "non_mobile_baby_injury": "Injury in a baby who is not mobile",
    "sexual_abuse_disclosure": "Sexual abuse disclosed or witnessed",
    "carer_incapacitated": "Carer incapacitated now, child depends on them",
    "carer_psychosis_or_suicidal": "Carer psychotic or suicidal with a child in their care",
    "suicide_attempt": "Suicide attempt, plan or overdose",
    "missing_now": "Child missing now",
    "fgm_done_or_imminent": "FGM done, or travel or ceremony imminent",
    "forced_marriage_or_honour": "Forced marriage or honour-based harm",
    "intent_to_harm": "Intent or capability to harm others",
    "no_carer": "No carer available",
    "weapon_or_strangulation_reachable": "Weapon or strangulation, and the perpetrator can reach the child",
    "medical_care_refused": "Medical care refused with threat to life",
    "police_protection_or_custody": "Police protection, emergency order, or child in custody",
    "removal_from_safety": "Carer about to remove the child from a place of safety",
    "sender_says_immediate": "The sender says the danger is immediate",
    "text_prompt": "Words in the text may mean danger: a person must read them",
}

AGENCIES = {
    "police": "Police",
    "school": "School",
    "health": "Health",
    "vcs": "Voluntary sector",
}

STATES = {
    "in_triage": "In triage, not yet routed",
    "in_flight": "In flight: being assessed and routed",
    "waiting": "Waiting for a person",
    "placed": "Placed with a service",
    "closed": "Closed",
}

RATINGS = {
    "RED": "Red: immediate child protection concern",
    "AMBER": "Amber: significant concern, not immediate",
    "GREEN": "Green: additional needs, early help",
    "BLUE": "Blue: no need beyond universal services",
}

FLAGS = {
    "none": "No statutory threshold",
    "s17": "Section 17: child in need",
    "s47": "Section 47: significant harm",
}

SPEEDS = {
    "I": "Immediate",
    "D": "Same day",
    "24": "Within 24 hours",
    "72": "Within 72 hours",
    "R": "Routine",
}

FACTOR_KINDS = {
    "danger": "Immediate danger",
    "indicator": "Indicator",
    "multiplier": "Risk multiplier",
    "protective": "Protective factor",
    "unknown": "Not known",
}

CONSENT = {
    "given": "Given",
    "refused": "Refused",
    "not_sought": "Not sought",
    "dispensed": "Not needed: dispensed with, reason recorded",
    "unknown": "Not known",
}

MATCHES = {
    "none": "Not matched to anybody",
    "new": "Nobody known: a new person",
    "identifier": "Matched on an identifier",
    "name_and_birth_date": "Matched on name and date of birth",
    "review": "Possible match: a person must confirm",
}

ADULT_ROLES = {
    "carer": "Carer",
    "victim": "Victim",
    "alleged_perpetrator": "Alleged perpetrator",
    "pregnant": "Pregnant",
    "other": "Other",
}

NOTICE_KINDS = {
    "receipt": "Receipt to the referrer",
    "outcome": "Outcome to the referrer",
    "queue-alert": "Alert to the receiving team",
    "danger-alert": "Danger alert to the duty manager",
}

CHANNELS = {
    "email": "e-mail",
    "webhook": "the system's own connection",
    "none": "no channel",
}

NOTICE_STATUSES = {
    "delivered": "Delivered",
    "failed": "Failed: tell them another way",
    "not_wanted": "No such channel",
    "waiting": "Waiting to be sent",
    "pending": "Waiting to be sent",
    "sending": "Being sent",
    "bundled": "Sent together with another",
}

INVOLVEMENT = {
    "contact": "Contact",
    "referral": "Referral",
    "placement": "Placed with a service",
    "plan": "Plan",
    "open_case": "Open case",
    "closure": "Closed",
}

ACTIONS = {
    "confirm": "Confirmed the suggestion",
    "change": "Changed the suggestion",
    "close": "Closed the contact",
}

ROLES = {
    "screener": "MASH screener",
    "manager": "MASH manager",
    "ops": "Operations",
    "auditor": "Auditor",
}

ACTS = {
    "contact.read": "Read a contact",
    "contact.decide": "Decided on a contact",
    "contact.find": "Searched by reference",
    "ledger.read": "Read the ledger",
    "audit.read": "Read the audit",
    "task.settle": "Settled a task",
    "contact.open-restricted": "Opened a restricted record with a reason",
    "attention.release": "Released what needed a person",
    "attention.resolve": "Resolved what needed a person",
    "attention.open": "Opened the content of what needed a person",
    "attention.read": "Read what needs a person",
    "session.begin": "Signed in",
    "session.end": "Signed out",
    "access": "Asked for a page",
    "staff.register": "Account made or changed",
    "staff.disable": "Account disabled",
}

UNKNOWNS = {
    "concern_without_indicator": "A concern that fits no indicator of ours",
    "indicator_unknown": "An indicator that we do not know",
    "grade_unknown": "A grade that we do not know",
    "marker_unknown": "A marker that we do not know",
    "domestic_abuse_grade": "How serious the domestic abuse was graded",
    "birth_date": "The child's date of birth",
    "expected_date": "When the child is expected",
    "voice_of_child": "What the child says",
    "consent": "Whether the family consents",
    "parents_informed": "Whether the parents were told of this contact",
    "household": "Who lives in the household",
    "address": "Where the child lives",
}

REFUSALS = {
    "stale": "The case had moved on in the meantime",
    "role_may_not_decide": "This role may not decide",
    "case_closed": "The case was closed",
    "reason_missing": "The reason was missing",
    "no_suggestion": "There was no suggestion to carry out; choose a service",
    "nothing_changed": "Nothing was changed",
    "unknown_queue": "The catalogue does not have this service",
    "unknown_level": "The level does not exist",
    "unknown_outcome": "The outcome does not exist",
    "outcome_missing": "The outcome was missing",
    "outcome_needs_a_service": "This outcome names a service: place the contact with it",
    "flag_not_said": "Below level 4 with a statutory flag: name the service, or say whether the flag still holds",
    "superseded": "A newer version of this contact has come: decide on that one",
    "only_for_places": "This service takes requests about a place or a group, not one child",
    "only_for_children": "This service takes children, not places",
}

SEXES = {"M": "Male", "F": "Female", "U": "Not known"}

IDENTIFIERS = {
    "nhs_number": "NHS number",
    "upn": "Unique pupil number",
    "former_upn": "Former unique pupil number",
    "uln": "Unique learner number",
    "la_child_id": "Council child id",
    "pnc": "PNC id",
    "cro": "Criminal record number",
    "local": "Sender's own reference",
}
