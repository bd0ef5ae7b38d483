"""The pages people use: one file per page or pair of pages."""
