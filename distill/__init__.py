"""Cross-modal distillation: teachers, students, losses, uncertainty, continual learning.

Nothing here knows law or habitats. Losses, metrics, conformal bounds and Fisher information are
pure functions; one loop trains and resumes; weights are safetensors.
"""
