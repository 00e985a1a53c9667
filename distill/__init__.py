"""Cross-modal distillation: losses, teachers, students, uncertainty. Knows no law and no habitat."""
