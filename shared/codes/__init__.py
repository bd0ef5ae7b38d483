"""Code lists as data: each table is a CSV beside this file, read once, and a code is either in its table or refused."""

from shared.codes.table import Code, CodeTable, UnknownCode, codes

__all__ = ["Code", "CodeTable", "UnknownCode", "codes"]
