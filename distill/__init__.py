"""Cross-modal distillation: losses, teachers, students, uncertainty; knows no law, no habitat."""
