"""The workload generator: invented contacts with ground truth, in the formats agencies send."""

from deploy.mash.simulate.bulk import bulk_school_csv
from deploy.mash.simulate.generator import generate
from deploy.mash.simulate.message import GeneratedMessage, HistoryRow, Truth

__all__ = ["GeneratedMessage", "HistoryRow", "Truth", "bulk_school_csv", "generate"]
