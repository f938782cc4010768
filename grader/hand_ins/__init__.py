"""What pairs hand in: files read as a stranger's, in a sealed child that is light and knows no model.

``checking`` runs the child and puts what it found into words; one file a kind holds ``inspect``, pure and testable
without any child.
"""
