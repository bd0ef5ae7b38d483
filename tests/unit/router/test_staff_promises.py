"""Whatever a person decides: nothing ends in silence, and nothing ends twice."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.router.domain.models import Case
from services.router.domain.placement import Placed, Waiting
from services.router.domain.staff import Closed, Refused, StaffDecision, Stale
from shared.messages.case_moved import CaseState
from shared.messages.staff_decided import DecisionAction
from tests.builders.router import a_case, a_contact, durham
from tests.unit.router.test_staff import A_PLACE, CLOSE, IN_DANGER, S17, ruling

ANY_DECISION = st.builds(
    StaffDecision,
    decision_id=st.just("decision-1"),
    staff_id=st.just("screener-1"),
    role=st.sampled_from(["screener", "manager", "ops", "auditor", ""]),
    case_version=st.integers(0, 3),
    action=st.sampled_from(list(DecisionAction)),
    reason_code=st.sampled_from(["person_decided", ""]),
    queue=st.none() | st.sampled_from([*durham().catalogue.by_queue, "no-such-queue"]),
    level=st.none() | st.integers(-1, 7),
    flag=st.sampled_from([None, "none", "s17", "s47"]),
    outcome=st.none() | st.sampled_from(["NFA", "ADVICE", "EH", "CIN", "GONE"]),
)
ANY_CASE = st.builds(
    a_case,
    contact=st.sampled_from([a_contact(), S17, IN_DANGER, A_PLACE]),
    version=st.integers(1, 2),
    state=st.sampled_from(list(CaseState)),
    queue=st.sampled_from(["mash-screening", "mash-urgent", "maps", "one-point"]),
    suggested_service=st.sampled_from([None, "tac", "vcs-alliance", "pre-birth"]),
    outcome=st.just("EH"),  # PostgreSQL keeps no placed case without one
)


@settings(max_examples=400, deadline=None)
@given(decision=ANY_DECISION, case=ANY_CASE)
def test_whatever_is_decided_nothing_ends_in_silence(decision: StaffDecision, case: Case) -> None:
    outcome = ruling(decision, case)
    match outcome:
        case Placed(queue):
            assert outcome.outcome is not None
            assert queue != "tac" or (case.contact.subject_kind, case.position.queue) == ("place", "maps")
        case Waiting(queue):
            assert queue in {"mash-urgent", "mash-screening", "mash-identity", "mash-restricted", "maps"}
        case Closed(code):
            assert decision.action is CLOSE
            assert code == decision.outcome
            assert decision.reason_code
        case Stale(seen, current):
            assert seen != current
        case Refused():
            assert decision.case_version == case.version
