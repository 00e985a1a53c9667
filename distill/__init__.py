"""Cross-modal distillation: teachers, students, losses, uncertainty, continual learning.

So far: pure losses, calibration by temperature, one training loop, a sentence encoder as teacher, a
student of hashed features that runs without torch, and paired intervals. Nothing here knows law.
"""
