"""Pages under /director/: for directors, approvers and boards, each as far as their role goes."""

from django.urls import URLPattern, URLResolver, path

from assess.web.director import awards, content, cuts, dossier, duties, gate, home, job, ledger, plan, schemes, studies

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="director"),
    path("plan/", plan.plan, name="director-plan"),
    path("sittings/<uuid:sitting_id>/", plan.sitting, name="director-sitting"),
    path("study.css", studies.styles, name="director-study-styles"),
    path("schemes/<uuid:version_id>/", schemes.scheme, name="director-scheme"),
    path("schemes/<uuid:version_id>/duties/", duties.frame_and_duties, name="director-duties"),
    path("duties/<uuid:record_id>/sign/", duties.sign, name="director-sign-duty"),
    path("duties/<uuid:record_id>/document", duties.document, name="director-duty-document"),
    path("schemes/<uuid:version_id>/dossier/", dossier.dossier, name="director-dossier"),
    path("schemes/<uuid:version_id>/dossier/<str:name>", dossier.file, name="director-dossier-file"),
    path("schemes/<uuid:version_id>/study/", studies.ask, name="director-ask-study"),
    path("schemes/<uuid:version_id>/runs", studies.runs, name="director-runs"),
    path("runs/<uuid:run_id>/stop/", studies.stop, name="director-stop-study"),
    path("studies/<uuid:study_id>/", studies.study, name="director-study"),
    path("studies/<uuid:study_id>/<str:name>", studies.file, name="director-study-file"),
    path("schemes/<uuid:version_id>/job/", job.job, name="director-job"),
    path("schemes/<uuid:version_id>/content/", content.content, name="director-content"),
    path("job/<uuid:analysis_id>/adopt/", job.adopt, name="director-job-adopt"),
    path("job/<uuid:analysis_id>/survey.csv", job.survey_template, name="director-job-template"),
    path("concerns/<uuid:concern_id>/resolve/", content.resolve, name="director-concern"),
    path("schemes/<uuid:version_id>/cuts/", cuts.cuts, name="director-cuts"),
    path("cuts/<uuid:cut_id>/adopt/", cuts.adopt, name="director-adopt"),
    path("schemes/<uuid:version_id>/gate/", gate.candidates, name="director-gate"),
    path("schemes/<uuid:version_id>/decide/", gate.decide_all, name="director-decide"),
    path("decisions/<uuid:decision_id>/", gate.decision, name="director-decision"),
    path("credentials/", awards.credentials, name="director-credentials"),
    path("credentials/<uuid:credential_id>/", awards.credential, name="director-credential"),
    path("ledger/", ledger.ledger, name="director-ledger"),
    path("ledger/export.jsonl", ledger.export, name="director-ledger-export"),
]
