"""Plumbing that the lessons share: data, pictures, plots, training, scores.

No idea of a lesson is hidden here, and importing the package loads nothing heavy:
import the module that you need (``from helpers import data, plots``).
"""

__version__ = "0.1.0"
