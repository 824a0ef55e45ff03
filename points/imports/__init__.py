"""Files that come in: preview with findings, then commit by slices that resume. A preview commits nothing."""
