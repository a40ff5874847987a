"""The demonstration's world: a made-up cohort whose every act goes through the door and the journal.

`model` states how people answer, work and mark; `cast` opens their accounts; `day` lets them live through a sitting
(`exam`, `bays`, `machines`, `rulings`);
`evidence` sets cuts, runs studies, decides and awards; `output` writes what a stranger may look at. Nothing here is
a short cut: the same actions, the same intake and the same gate as everybody's.
"""
