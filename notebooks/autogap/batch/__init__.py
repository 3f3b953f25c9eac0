"""Run notebooks in batches: scenarios of typed parameters, judged whole, then executed. Knows no economics."""
