"""Crisis and medical-advice language: readable patterns or a model, either fires."""
