"""The planning agent: belief from what streams arrive, actions at least expected cost.

Streams deliver packets (:mod:`.streams`); experts turn the newest into surge ahead
(:mod:`.experts`), that of the gauge with the surge student (:mod:`.student`); the belief joins
them (:mod:`.belief`, :mod:`.contradiction`); a guard bounds missed floods (:mod:`.guard`,
:mod:`.calibration`); the choice is the cheapest of all combinations (:mod:`.choose`); the agent
keeps what is on (:mod:`.agent`) and plays storms (:mod:`.play`), which are synthetic
(:mod:`.simulate`, :mod:`.shapes`) or measured (:mod:`.replay`).
"""

from coastal.plan.agent import Agent, Decision, StreamState
from coastal.plan.belief import HORIZON, Beliefs, Fusion, believe
from coastal.plan.choose import Choice, choose
from coastal.plan.experts import Expert, decay_expert, fit_expert, fit_experts
from coastal.plan.explain import explain
from coastal.plan.guard import Guard, calibrate, score
from coastal.plan.learn import Senses, learn
from coastal.plan.planner import Plan, make_plan, plan_data, prepare
from coastal.plan.play import Outcome, play
from coastal.plan.scenario import Scenario, load_scenario
from coastal.plan.simulate import Climate, Failures, Storm, simulate
from coastal.plan.site import Action, Asset, Effect, Site
from coastal.plan.streams import STREAMS, Cut, Packets, packets, read_cut, with_cuts

__all__ = [
    "HORIZON",
    "STREAMS",
    "Action",
    "Agent",
    "Asset",
    "Beliefs",
    "Choice",
    "Climate",
    "Cut",
    "Decision",
    "Effect",
    "Expert",
    "Failures",
    "Fusion",
    "Guard",
    "Outcome",
    "Packets",
    "Plan",
    "Scenario",
    "Senses",
    "Site",
    "Storm",
    "StreamState",
    "believe",
    "calibrate",
    "choose",
    "decay_expert",
    "explain",
    "fit_expert",
    "fit_experts",
    "learn",
    "load_scenario",
    "make_plan",
    "packets",
    "plan_data",
    "play",
    "prepare",
    "read_cut",
    "score",
    "simulate",
    "with_cuts",
]
