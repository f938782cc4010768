"""Object detection measured: letterbox, predictions, suppression, matching, average precision."""
