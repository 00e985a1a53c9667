"""Quantum kernels beside RBF and linear kernels."""
