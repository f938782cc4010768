"""A whole course as one zip: its cards, its tasks, its checkpoint, its groups and pairs, and, if wanted, its people;
with the rules by which it takes capsules, marks them, makes its marks and keeps its films.

Never in it: answers, submissions, marks, passwords, the secret that variants are drawn from, and the data sets (too
large, and their test split is hidden). ``writing`` makes one, ``reading`` checks one whole, ``bringing`` makes a
course of it.
"""
