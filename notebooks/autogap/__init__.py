"""The code that the notebooks of the collection share; which room may import which stands in pyproject.toml."""

import logging

# building its list of fonts takes matplotlib some seconds once on each machine, which does not belong into a notebook
logging.getLogger("matplotlib.font_manager").addFilter(lambda record: "font cache" not in str(record.msg))

__version__ = "0.2.0"
