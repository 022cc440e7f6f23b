"""Tests of the analysis of workflows."""
