"""Cut scores from judgements: Angoff, borderline regression and group, Hofstee. Pure; uses psychometrics only."""
