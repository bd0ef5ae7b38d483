"""The workload generator: invented contacts with ground truth, in the formats agencies send.

`generator.generate` streams messages, `bulk.bulk_school_csv` makes bulk exports; neither is imported here, so that the
command line starts at once.
"""
