"""Coastal flood-risk planning where data are scarce, on the distillation core."""
