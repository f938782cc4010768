"""Addresses of the instructors' pages, gathered from the apps."""

from django.urls import path

from capsules import teach_views as capsules
from config import bundle_views, teach_views
from config.audit import views as audit
from courses import draw_views
from courses import teach_views as courses
from datasets import teach_views as clips
from gradebook import teach_views as gradebook
from leaderboard import teach_views as desk
from marking import mark_views, marks_views, rubric_views, workbench_views
from privacy import teach_views as privacy
from quests import review_views as reviews
from quests import teach_views as quests
from room import teach_views as room
from submissions import teach_views as submissions
from submissions import weights_views

app_name = "teach"
urlpatterns = [
    path("", teach_views.overview, name="overview"),
    path("room/", room.wall, name="room"),
    path("room/changes/", room.wall_changes, name="room-changes"),
    path("grid/", room.grid, name="grid"),
    path("grid/changes/", room.grid_changes, name="grid-changes"),
    path("grid/file/", room.grid_file, name="grid-file"),
    path("mistakes/", room.mistakes, name="mistakes"),
    path("sessions/", room.sessions, name="sessions"),
    path("sessions/<int:session>/", room.session_settings, name="session-settings"),
    path("sessions/<int:session>/extend/", room.session_extend, name="session-extend"),
    path("sessions/<int:session>/end/", room.session_end, name="session-end"),
    path("pairs/<int:pk>/", teach_views.pair, name="pair"),
    path("pairs/<int:pk>/unlock/", quests.unlock, name="unlock"),
    path("pairs/<int:pk>/<slug:card>/<slug:quest>/", room.cell, name="cell"),
    path("reviews/", reviews.reviews_page, name="reviews"),
    path("reviews/<int:pk>/", reviews.reviews_page, name="review"),
    path("reviews/<int:pk>/decide/", reviews.decide, name="decide"),
    path("submissions/", submissions.submissions, name="submissions"),
    path("submissions/<int:pk>/", submissions.submission, name="submission"),
    path("submissions/<int:pk>/again/", submissions.again, name="again"),
    path("capsules/", capsules.capsules, name="capsules"),
    path("capsules/rules/", capsules.rules, name="capsule-rules"),
    path("capsules/phrases/", capsules.phrases, name="phrases"),
    path("capsules/phrases/<int:phrase>/remove/", capsules.remove_phrase, name="remove-phrase"),
    path("capsules/extensions/<int:pk>/", capsules.extension, name="capsule-extension"),
    path("capsules/<int:pk>/", capsules.capsule, name="capsule"),
    path("task/", desk.first_task, name="first-task"),
    path("task/<slug:task>/", desk.task, name="task"),
    path("task/<slug:task>/campaign/", desk.campaign, name="task-campaign"),
    path("task/<slug:task>/rules/", desk.rules, name="task-rules"),
    path("task/<slug:task>/remake/", desk.remake, name="task-remake"),
    path("task/<slug:task>/freeze/", desk.freeze, name="task-freeze"),
    path("task/<slug:task>/unfreeze/", desk.unfreeze, name="task-unfreeze"),
    path("task/<slug:task>/reveal/", desk.reveal, name="task-reveal"),
    path("task/<slug:task>/publish/", desk.publish, name="task-publish"),
    path("task/<slug:task>/abandon/", desk.abandon, name="task-abandon"),
    path("clips/", clips.clips, name="clips"),
    path("clips/rules/", clips.rules, name="clips-rules"),
    path("clips/extract/", clips.extract, name="clips-extract"),
    path("clips/classes/", clips.new_class, name="clips-new-class"),
    path("clips/classes/<int:pk>/", clips.object_class, name="clips-class"),
    path("clips/pairs/<int:pk>/", clips.pair, name="clips-of-pair"),
    path("clips/pairs/<int:pk>/object-class/", clips.class_of_pair, name="clips-class-of-pair"),
    path("clips/pairs/<int:pk>/frames/", clips.frames_of_pair, name="frames-of-pair"),
    path("draw/", draw_views.lots, name="draw"),
    path("draw/lots/", draw_views.draw, name="draw-lots"),
    path("draw/grid/", draw_views.grid, name="draw-grid"),
    path("draw/file/", draw_views.lots_file, name="draw-file"),
    path("quests/", quests.quests, name="quests"),
    path("quests/<slug:card>/<slug:quest>/", quests.compare, name="compare"),
    path("quests/<slug:card>/<slug:quest>/again/", quests.judge_again, name="judge-again"),
    path("gradebook/", gradebook.gradebook, name="gradebook"),
    path("gradebook/rules/", gradebook.rules, name="gradebook-rules"),
    path("gradebook/columns/", gradebook.columns, name="gradebook-columns"),
    path("gradebook/file/", gradebook.file, name="gradebook-file"),
    path("gradebook/publish/", gradebook.publish, name="gradebook-publish"),
    path("privacy/", privacy.overview, name="privacy"),
    path("privacy/retention/", privacy.retention, name="privacy-retention"),
    path("privacy/people/<int:pk>/", privacy.person, name="privacy-person"),
    path("privacy/people/<int:pk>/export/", privacy.person_export, name="privacy-export"),
    path("privacy/people/<int:pk>/forget/", privacy.person_forget, name="privacy-forget"),
    path("audit/", audit.trace, name="audit"),
    path("audit/file/", audit.trace_file, name="audit-file"),
    path("capsules/<int:pk>/marking/", workbench_views.workbench, name="marking"),
    path("capsules/<int:pk>/marking/save/", workbench_views.save, name="marking-save"),
    path("capsules/<int:pk>/marking/done/", workbench_views.done, name="marking-done"),
    path("capsules/<int:pk>/marking/again/", workbench_views.again, name="marking-again"),
    path("capsules/<int:pk>/mark/", mark_views.mark, name="mark"),
    path("capsules/<int:pk>/mark/agree/", mark_views.agree, name="agree"),
    path("capsules/<int:pk>/mark/override/", mark_views.override, name="override"),
    path("capsules/<int:pk>/mark/adjust/<int:member>/", mark_views.adjust, name="adjust"),
    path("capsules/<int:pk>/mark/again/", mark_views.reopen, name="reopen-mark"),
    path("capsules/<int:pk>/mark/publish/", mark_views.publish, name="publish-mark"),
    path("appeals/<int:pk>/answer/", mark_views.answer, name="answer-appeal"),
    path("marking/", marks_views.marks, name="marks"),
    path("marking/begin/", workbench_views.begin, name="begin-marking"),
    path("marking/publish/", marks_views.publish, name="publish-marks"),
    path("marking/rules/", marks_views.rules, name="marking-rules"),
    path("marking/assign/", marks_views.assign, name="assign"),
    path("marking/assign/<int:pk>/", marks_views.set_marker, name="set-marker"),
    path("marking/conflicts/", marks_views.conflicts, name="conflicts"),
    path("rubric/", rubric_views.rubric, name="rubric"),
    path("rubric/head/", rubric_views.head, name="rubric-head"),
    path("rubric/axes/<slug:axis>/add/", rubric_views.add_heading, name="rubric-add-heading"),
    path("rubric/axes/<slug:axis>/remove/", rubric_views.remove_heading, name="rubric-remove-heading"),
    path("rubric/cells/add/", rubric_views.add_cell, name="rubric-add-cell"),
    path("rubric/cells/<int:index>/", rubric_views.cell, name="rubric-cell"),
    path("rubric/file/", rubric_views.file, name="rubric-file"),
    path("rubric/bring/", rubric_views.bring, name="rubric-bring"),
    path("rubric/discard/", rubric_views.discard, name="rubric-discard"),
    path("rubric/publish/", rubric_views.publish, name="rubric-publish"),
    path("course/", bundle_views.course, name="course"),
    path("course/export/", bundle_views.export, name="export"),
    path("course/bring/", bundle_views.bring, name="bring"),
    path("people/", courses.people, name="people"),
    path("weights/", weights_views.weights, name="weights"),
]
