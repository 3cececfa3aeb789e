def test_policies(operator):
    response = operator.get("/api/governance/market/policies")
    assert response.status_code == 200
    assert len(response.json()) == 13


def test_agent(agent):
    assert agent.get("/api/deals/offers/policies").status_code == 200
