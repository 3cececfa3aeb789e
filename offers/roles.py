"""The permissions of offers, and the roles that have each."""

from wholesale.plumbing.roles import AGENT, EVERYBODY, INTEGRATOR, OPERATOR, Grants

GRANTS: Grants = {
    "view_offerpolicy": EVERYBODY,
    "view_offerevidence": EVERYBODY,
    "change_offerpolicy": (OPERATOR,),
    "compute_offer": (OPERATOR, INTEGRATOR),
    "view_offer": EVERYBODY,
    "view_offerevent": EVERYBODY,
    "draft_offer": (OPERATOR, INTEGRATOR),
    "send_offer": (OPERATOR, INTEGRATOR),
    "record_offer": (OPERATOR, AGENT, INTEGRATOR),
    "view_transfertax": EVERYBODY,
    "change_transfertax": (OPERATOR,),
    "view_provincerule": EVERYBODY,
    "change_provincerule": (OPERATOR,),
    "view_sale": EVERYBODY,
    "view_saleimport": EVERYBODY,
    "import_sale": (OPERATOR, INTEGRATOR),
    "export_sale": (OPERATOR, INTEGRATOR),
    "view_marketprior": EVERYBODY,
    "estimate_arv": EVERYBODY,
    "view_ratiostudy": EVERYBODY,
    "run_ratiostudy": (OPERATOR,),
}
