"""Plumbing that the lessons share: data, plots, training, scores, a student's files.

No idea of a lesson is hidden here, and importing the package loads nothing heavy:
import the module that you need (``from helpers import data, plots``).
"""

from pathlib import Path

__version__ = "0.1.0"
ROOT = Path(__file__).resolve().parent.parent
