"""Worked routing cases for County Durham: what is known of a contact, and where it must go. Read them as the policy."""

from dataclasses import dataclass, field
from typing import Any

from services.router.domain.models import OpenCase
from shared.messages.case_moved import CaseState

WAITING, PLACED = CaseState.WAITING, CaseState.PLACED


@dataclass(frozen=True)
class RoutingCase:
    """One row. to: queue; why: reason; suggests: suggested queue of a waiting case; rest: what else is asked of it."""

    name: str
    facts: dict[str, Any]
    state: CaseState
    to: str
    why: str
    suggests: str | None = None
    open_case: OpenCase | None = None
    rest: dict[str, Any] = field(default_factory=dict)


def waits(
    name: str, to: str, why: str, suggests: str | None, /, open_case: OpenCase | None = None, **facts: Any
) -> RoutingCase:
    """A row that must wait for people."""
    rest: dict[str, Any] = {
        key: facts.pop(key) for key in ("alerted", "notes", "alternatives", "service", "team") if key in facts
    }
    return RoutingCase(name, facts, WAITING, to, why, suggests, open_case, rest)


def goes(name: str, to: str, why: str, /, open_case: OpenCase | None = None, **facts: Any) -> RoutingCase:
    """A row that must be placed."""
    rest: dict[str, Any] = {
        key: facts.pop(key) for key in ("alerted", "notes", "service", "team", "outcome") if key in facts
    }
    return RoutingCase(name, facts, PLACED, to, why, None, open_case, rest)


AUTO = "auto_early_help"
ONE_POINT = OpenCase("one-point", "one-point", "hub-durham")
IFS = OpenCase("one-point", "intensive-family-support", "ifs-durham")
FAMILIES_FIRST = OpenCase("families-first", "families-first", "ff-durham-city")
DISABILITY = OpenCase("disabilities-0-13", "disabilities-0-13")

# One row reads as one sentence, so the formatter is kept from spreading it over a screen.
# fmt: off
DANGER_FIRST = [
    waits("a suicide attempt waits at the urgent queue", "mash-urgent", "danger", "families-first", level=5,
          flag="s47", rating="RED", danger=("suicide_attempt",), indicators=("SH2",)),
    waits("danger goes before consent, level and everything else", "mash-urgent", "danger", "vcs-alliance", level=2,
          danger=("hurt_now",), consent="given"),
    waits("danger at level 1 still waits at the urgent queue", "mash-urgent", "danger", "universal", level=1,
          danger=("sender_says_immediate",), indicators=()),
    waits("a mere hit of words is told apart from a criterion", "mash-urgent", "text_prompt", "vcs-alliance",
          danger=("text_prompt",)),
    waits("a criterion beside a hit of words is danger", "mash-urgent", "danger", "vcs-alliance",
          danger=("text_prompt", "missing_now")),
    waits("a text prompt named by triage waits at the urgent queue", "mash-urgent", "text_prompt", "vcs-alliance",
          needs_person="text_prompt"),
    waits("what came on the urgent lane is danger even without a criterion", "mash-urgent", "danger", "vcs-alliance",
          urgent=True),
    waits("danger with an open case waits, and the team is alerted", "mash-urgent", "danger", "families-first",
          open_case=FAMILIES_FIRST, level=5, flag="s47", danger=("forced_marriage_or_honour",), indicators=("HB1",),
          alerted=("families-first",)),
    waits("danger with a team named by triage alerts that team", "mash-urgent", "danger", "families-first", level=5,
          flag="s47", danger=("intent_to_harm",), indicators=("RA2",), open_team="families-first",
          alerted=("families-first",)),
    waits("danger about a place waits at the urgent queue, not at MAPS", "mash-urgent", "danger", "tac",
          subject_kind="place", danger=("weapon_or_strangulation_reachable",), indicators=("AS1",)),
    waits("danger of a restricted record is not told to the team of an open case", "mash-urgent", "danger",
          "families-first", open_case=FAMILIES_FIRST, level=5, flag="s47", danger=("hurt_now",),
          markers=("restricted",), alerted=()),
    waits("danger goes before a restricted record", "mash-urgent", "danger", "families-first", level=5, flag="s47",
          danger=("police_protection_or_custody",), needs_person="restricted"),
    waits("danger goes before an uncertain identity", "mash-urgent", "danger", "families-first", level=5, flag="s47",
          danger=("missing_now",), indicators=("MI3",), needs_person="identity_uncertain"),
    waits("danger out of area is never bounced", "mash-urgent", "danger", "families-first", level=5, flag="s47",
          danger=("alone_or_abandoned",), indicators=("AB1",), district="NE1"),
    waits("danger for an unborn child suggests pre-birth through Families First", "mash-urgent", "danger",
          "families-first", level=5, flag="s47", danger=("hurt_now",), indicators=("UB3",), age_band="unborn",
          service="pre-birth"),
]

PLACES = [
    waits("a request about a place goes to MAPS with TAC suggested", "maps", "place_via_maps", "tac",
          subject_kind="place", indicators=("AS1",), consent="unknown", age_band="unknown"),
    waits("a request for TAC about a place goes to MAPS all the same", "maps", "place_via_maps", "tac",
          subject_kind="place", indicators=(), requested_service="tac", age_band="unknown"),
    waits("a place with consent and level 2 is still not placed without MAPS", "maps", "place_via_maps", "tac",
          subject_kind="place", level=2, consent="given"),
    waits("a place at level 4 goes to MAPS", "maps", "place_via_maps", "tac", subject_kind="place", level=4,
          rating="AMBER"),
    waits("a place out of area goes to MAPS, where people look at it", "maps", "place_via_maps", "tac",
          subject_kind="place", district="NE1"),
    goes("a child is never placed with TAC, whatever the sender asks", "vcs-alliance", AUTO, indicators=("AS1",),
          requested_service="tac", age_band="16_17"),
]

CLOSED_DOORS = [
    waits("an uncertain identity waits for identity review", "mash-identity", "identity_uncertain", "vcs-alliance",
          needs_person="identity_uncertain"),
    waits("a missing identity waits for identity review", "mash-identity", "identity_missing", "vcs-alliance",
          needs_person="identity_missing"),
    waits("a restricted record waits for its own people", "mash-restricted", "restricted", "vcs-alliance",
          needs_person="restricted"),
    waits("a restricted marker counts even where triage names another reason", "mash-restricted", "restricted",
          "vcs-alliance", needs_person="consent_missing", markers=("restricted",)),
    waits("a restricted record with an open case is not sent to the team", "mash-restricted", "restricted",
          "families-first", open_case=FAMILIES_FIRST, level=4, flag="s17", needs_person="restricted", alerted=()),
    waits("an uncertain identity is not sent to somebody's open case", "mash-identity", "identity_uncertain",
          "vcs-alliance", open_case=ONE_POINT, needs_person="identity_uncertain", alerted=()),
]

OPEN_CASES = [
    goes("a contact about an open One Point case goes to its team", "one-point", "open_case", open_case=ONE_POINT,
          team="hub-durham", outcome="EXISTING", alerted=()),
    goes("an open case takes a contact without consent on record", "one-point", "open_case", open_case=ONE_POINT,
          consent="not_sought"),
    goes("an open case takes a level 1 contact", "one-point", "open_case", open_case=ONE_POINT, level=1,
          rating="BLUE", indicators=()),
    waits("what triage puts before a person waits with an open case too, and its team hears of it", "mash-screening",
          "multiplier_review", "one-point", open_case=ONE_POINT, needs_person="multiplier_review", level=3,
          alerted=("one-point",)),
    goes("a return of a child goes to the team that works with it", "one-point", "open_case", open_case=ONE_POINT,
          needs_person="history_review", level=3, team="hub-durham", outcome="EXISTING", alerted=()),
    waits("a return at level 4 waits, whoever works with the child", "mash-screening", "history_review", "one-point",
          open_case=ONE_POINT, needs_person="history_review", level=4, rating="AMBER", alerted=("one-point",)),
    waits("what could not be read of a contact is looked at before an open case takes it", "mash-screening", "defects",
          "one-point", open_case=ONE_POINT, needs_person="defects", alerted=("one-point",)),
    goes("an EHC plan request for an open child goes to its team", "families-first", "open_case",
          open_case=FAMILIES_FIRST, indicators=("SE2",), markers=("ehcp_requested",), team="ff-durham-city"),
    goes("an open case whose address is not known goes to its team", "one-point", "open_case", open_case=ONE_POINT,
          district=None, team="hub-durham"),
    goes("an open case out of area goes to its team", "one-point", "open_case", open_case=ONE_POINT, district="NE1"),
    waits("level 4 with an open Families First case waits for a person, its team suggested and told", "mash-screening",
          "level_4_5", "families-first", open_case=FAMILIES_FIRST, level=4, flag="s17", rating="AMBER",
          indicators=("NE2",), alerted=("families-first",), team="ff-durham-city"),
    waits("level 5 without danger waits for a person too, and the open team is told", "mash-screening", "level_4_5",
          "families-first", open_case=FAMILIES_FIRST, level=5, flag="s47", rating="RED", indicators=("PH2",),
          alerted=("families-first",)),
    waits("a statutory flag with an open Families First case waits for a person", "mash-screening", "statutory_flag",
          "families-first", open_case=FAMILIES_FIRST, level=3, flag="s17", alerted=("families-first",)),
    waits("level 4 with an open disability case suggests that team before its own district's", "mash-screening",
          "level_4_5", "disabilities-0-13", open_case=DISABILITY, level=4, flag="s17", indicators=("NE2",),
          alternatives=("families-first",), alerted=("disabilities-0-13",)),
    waits("level 4 about a child of a team that triage names waits, and that team is told", "mash-screening",
          "level_4_5", "families-first", open_team="ff-peterlee", level=4, flag="s17", alerted=("families-first",),
          team="ff-peterlee"),
    goes("an open intensive case is held through One Point", "one-point", "open_case", open_case=IFS, level=3,
          service="intensive-family-support", team="ifs-durham"),
    waits("level 4 is a step up from One Point: a person decides and the team is alerted", "mash-screening",
          "level_4_5", "families-first", open_case=ONE_POINT, level=4, flag="s17", rating="AMBER",
          indicators=("NE2",), alerted=("one-point",), alternatives=("one-point",)),
    waits("level 5 with an open One Point case waits for a person", "mash-screening", "level_4_5", "families-first",
          open_case=ONE_POINT, level=5, flag="s47", rating="RED", indicators=("PH2",), alerted=("one-point",)),
    waits("level 4 with an open intensive case waits for a person", "mash-screening", "level_4_5", "one-point",
          open_case=IFS, level=4, rating="AMBER", service="intensive-family-support", alerted=("one-point",)),
    waits("a statutory flag with an open One Point case waits for a person", "mash-screening", "statutory_flag",
          "families-first", open_case=ONE_POINT, level=3, flag="s17", alerted=("one-point",)),
    waits("a family that now refuses is not simply handed to its early help team", "mash-screening",
          "consent_missing", "vcs-alliance", open_case=ONE_POINT, consent="refused", alerted=("one-point",)),
    goes("consent is no bar for an open statutory case", "families-first", "open_case", open_case=FAMILIES_FIRST,
          level=3, consent="refused"),
    waits("words that may mean danger wait at the urgent queue, and the open team is told", "mash-urgent",
          "text_prompt", "vcs-alliance", open_case=ONE_POINT, needs_person="text_prompt", alerted=("one-point",)),
    waits("level 5 is beyond the disability team", "mash-screening", "level_4_5", "families-first",
          open_case=DISABILITY, level=5, flag="s47", alerted=("disabilities-0-13",)),
    goes("triage names the open team by queue", "families-first", "open_case", open_team="families-first",
          team="ff-durham-city"),
    goes("triage names the open team by team id", "families-first", "open_case", open_team="ff-peterlee",
          team="ff-peterlee"),
    goes("triage names the open team by name, in any case", "families-first", "open_case",
          open_team="families first peterlee", team="ff-peterlee"),
    goes("triage names a One Point hub", "one-point", "open_case", open_team="hub-seaham", team="hub-seaham"),
    goes("triage names an intensive team, reached through One Point", "one-point", "open_case",
          open_team="ifs-seaham", team="ifs-seaham", service="intensive-family-support"),
    goes("the router's own open case goes before the team triage names", "one-point", "open_case",
          open_case=ONE_POINT, open_team="ff-peterlee", team="hub-durham"),
    waits("a team nobody knows waits at the MASH and is not guessed", "mash-screening", "open_case", "families-first",
          open_team="Team Somewhere"),
]

NEEDS_A_PERSON = [
    waits("level 4 with s17 suggests Families First", "mash-screening", "level_4_5", "families-first", level=4,
          flag="s17", rating="AMBER", indicators=("NE2",)),
    waits("level 4 without a flag suggests intensive family support", "mash-screening", "level_4_5", "one-point",
          level=4, rating="AMBER", indicators=("SU3",), service="intensive-family-support"),
    waits("level 5 with s47 suggests Families First", "mash-screening", "level_4_5", "families-first", level=5,
          flag="s47", rating="RED", indicators=("PH2",)),
    waits("level 5 with consent given is not placed", "mash-screening", "level_4_5", "families-first", level=5,
          flag="s47", rating="RED", indicators=("EX3",), consent="given"),
    waits("level 5 without a flag suggests Families First", "mash-screening", "level_4_5", "families-first", level=5,
          rating="RED", indicators=("DA4",)),
    waits("a flag at level 3 is read as statutory", "mash-screening", "statutory_flag", "families-first", level=3,
          flag="s17"),
    waits("an allegation against a professional also goes to the LADO", "mash-screening", "level_4_5",
          "families-first", level=5, flag="s47", indicators=("AL1",), notes=("lado",)),
    waits("private fostering carries its note", "mash-screening", "level_4_5", "families-first", level=4, flag="s17",
          indicators=("PF1",), notes=("private_fostering",)),
    waits("a disabled child whose care breaks down suggests the disability team", "mash-screening", "level_4_5",
          "disabilities-0-13", level=4, flag="s17", indicators=("SE3",), age_band="5_10"),
    waits("the disability team ends with its ages", "mash-screening", "level_4_5", "families-first", level=4,
          flag="s17", indicators=("SE3",), age_band="16_17"),
    waits("family breakdown suggests edge of care", "mash-screening", "level_4_5", "edge-of-care", level=4,
          indicators=("FC1",), age_band="16_17"),
    waits("an unaccompanied child suggests looked-after services", "mash-screening", "level_4_5",
          "looked-after-children", level=5, flag="s47", indicators=("UA1",), age_band="16_17"),
    waits("level 1 suggests universal services with advice, and waits", "mash-screening", "level_1", "universal",
          level=1, rating="BLUE", indicators=()),
    waits("level 1 with consent still waits", "mash-screening", "level_1", "universal", level=1, rating="BLUE",
          alternatives=("vcs-alliance",)),
    waits("an unborn child at level 2 suggests pre-birth through Families First", "mash-screening", "unborn",
          "families-first", indicators=("UB1",), age_band="unborn", service="pre-birth"),
    waits("an unborn child named by triage suggests pre-birth", "mash-screening", "unborn", "families-first",
          indicators=("UB2",), age_band="unborn", level=4, flag="s17", needs_person="unborn", service="pre-birth"),
    waits("an unborn child at level 5 suggests pre-birth", "mash-screening", "level_4_5", "families-first", level=5,
          flag="s47", rating="RED", indicators=("UB3",), age_band="unborn", service="pre-birth"),
    waits("no consent on record waits", "mash-screening", "consent_missing", "vcs-alliance", consent="unknown"),
    waits("refused consent waits", "mash-screening", "consent_missing", "vcs-alliance", consent="refused"),
    waits("consent not sought waits", "mash-screening", "consent_missing", "vcs-alliance", consent="not_sought"),
    waits("consent dispensed with is not consent to early help", "mash-screening", "consent_missing", "one-point",
          level=3, consent="dispensed"),
    waits("consent missing at level 3 suggests One Point", "mash-screening", "consent_missing", "one-point", level=3,
          consent="refused", indicators=("BE2",)),
    waits("TAS without consent is suggested, not placed", "mash-screening", "consent_missing", "tas",
          consent="unknown", indicators=("AT2",), level=3),
    waits("no indicator means no rule applies", "mash-screening", "no_indicator", "vcs-alliance", indicators=()),
    waits("triage found no indicator", "mash-screening", "no_indicator", "vcs-alliance", indicators=(),
          needs_person="no_indicator"),
    waits("defects that triage holds back wait", "mash-screening", "defects", "vcs-alliance", needs_person="defects"),
    waits("a multiplier to be reviewed waits", "mash-screening", "multiplier_review", "one-point", level=3,
          needs_person="multiplier_review"),
    waits("a return without an open case waits", "mash-screening", "history_review", "one-point", level=3,
          needs_person="history_review"),
    waits("a reason that this release does not know is kept and waits", "mash-screening", "something_newer",
          "vcs-alliance", needs_person="something_newer"),
    waits("out of area waits at the MASH and is never bounced", "mash-screening", "out_of_area", "vcs-alliance",
          district="NE1"),
    waits("a neighbour's district in the same postcode area is out of area", "mash-screening", "out_of_area",
          "one-point", level=3, district="DL1"),
    waits("without an address nobody knows which team it is for, so a person looks", "mash-screening",
          "locality_unknown", "one-point", level=3, district=None),
    waits("an address that cannot be read names no team either", "mash-screening", "locality_unknown", "one-point",
          level=3, district="??"),
    waits("a service without teams waits too: the child may not live here", "mash-screening", "locality_unknown",
          "tas", indicators=("AT1",), district=None),
    waits("missing consent is asked for before the address", "mash-screening", "consent_missing", "one-point",
          level=3, district=None, consent="unknown"),
    waits("two services fit, so a person chooses", "mash-screening", "several_services_fit", "young-parent-support",
          indicators=("PA1", "NT1"), age_band="16_17"),
    waits("a young parent who may be over 19 is looked at by a person", "mash-screening", "not_automatic",
          "young-parent-support", indicators=("PA1",), age_band="18_25"),
    waits("a looked-after child is never placed without a person", "mash-screening", "not_automatic", "vcs-alliance",
          markers=("looked_after",)),
    waits("a child with a plan is never placed without a person", "mash-screening", "not_automatic", "one-point",
          level=3, markers=("child_in_need_plan",)),
    waits("a family that refuses help is not closed and not placed", "mash-screening", "not_automatic",
          "vcs-alliance", markers=("family_refuses_help",), notes=("refusal_is_not_closure",)),
]

AUTOMATIC = [
    goes("level 2 goes to the VCS Alliance with the Family Centre", "vcs-alliance", AUTO, indicators=("NE1",),
          outcome="EH", alerted=("one-point",), team=None),
    goes("debt and food poverty go to the VCS Alliance", "vcs-alliance", AUTO, indicators=("PV1", "HO1")),
    goes("level 3 goes to One Point", "one-point", AUTO, level=3, indicators=("BE2",), age_band="5_10",
          team="hub-durham", outcome="EH", alerted=()),
    goes("level 3 in Seaham goes to the hub in Seaham", "one-point", AUTO, level=3, indicators=("NE1",),
          district="SR7", team="hub-seaham"),
    goes("a district in small letters is read", "one-point", AUTO, level=3, district=" dl14 ",
          team="hub-bishop-auckland"),
    goes("falling attendance of a secondary pupil goes to TAS", "tas", AUTO, indicators=("AT1",)),
    goes("persistent absence of a secondary pupil goes to TAS", "tas", AUTO, level=3, indicators=("AT2",)),
    goes("exclusion of a secondary pupil goes to TAS", "tas", AUTO, indicators=("XC1",)),
    goes("attendance with low mood stays with TAS", "tas", AUTO, indicators=("AT1", "CM1")),
    goes("attendance of a primary pupil goes to the VCS Alliance", "vcs-alliance", AUTO, indicators=("AT1",),
          age_band="5_10"),
    goes("attendance at 16 or 17 is TAS only where a secondary school is known", "tas", AUTO, indicators=("AT1",),
          age_band="16_17", markers=("school_secondary",)),
    goes("attendance at 16 or 17 without a school goes to the VCS Alliance", "vcs-alliance", AUTO,
          indicators=("AT1",), age_band="16_17"),
    goes("attendance with early signs of neglect is more than TAS", "vcs-alliance", AUTO, indicators=("AT1", "NE1")),
    goes("attendance with early signs of neglect at level 3 goes to One Point", "one-point", AUTO, level=3,
          indicators=("AT2", "NE1")),
    goes("an EHC plan request of an unopened child goes to SEND through One Point", "one-point", AUTO, level=3,
          indicators=("SE2",), service="send-early-help", team="hub-durham"),
    goes("the marker of an EHC plan request is enough", "one-point", AUTO, indicators=("SE1",),
          markers=("ehcp_requested",), service="send-early-help"),
    goes("SEND need without a plan goes to SEND early help", "one-point", AUTO, indicators=("SE1",), age_band="1_4",
          service="send-early-help"),
    goes("a young parent aged 16 or 17 goes to the support programme", "young-parent-support", AUTO,
          indicators=("PA1",), age_band="16_17"),
    goes("a young carer goes to the Bridge service", "young-carers", AUTO, indicators=("CA1",)),
    goes("a young carer with an ill parent goes to the Bridge service", "young-carers", AUTO, level=3,
          indicators=("CA1", "PD1")),
    goes("a carer under five is no young carer: the family is helped", "vcs-alliance", AUTO, indicators=("CA1",),
          age_band="1_4"),
    goes("not in education or work at 16 goes to DurhamWorks", "durham-works", AUTO, indicators=("NT1",),
          age_band="16_17"),
    goes("anti-social behaviour goes to the VCS Alliance, police officers are only offered", "vcs-alliance", AUTO,
          indicators=("AS1",)),
    goes("a border district is in the area", "one-point", AUTO, level=3, district="TS21", team="hub-newton-aycliffe"),
    goes("a returned missing child carries the note of the interview", "vcs-alliance", AUTO, indicators=("MI1",),
          markers=("missing_returned",), notes=("return_interview",)),
    goes("the sender's wish breaks a tie", "durham-works", AUTO, indicators=("PA1", "NT1"), age_band="16_17",
          requested_service="DurhamWorks"),
    goes("the sender's wish does not change where nothing is tied", "vcs-alliance", AUTO,
          requested_service="one point"),
]

# fmt: on
ALL = [*DANGER_FIRST, *PLACES, *CLOSED_DOORS, *OPEN_CASES, *NEEDS_A_PERSON, *AUTOMATIC]
