// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Scheduling;

/// <summary>Brings the scores of all nodes that passed to 0..100 each and weighs them, as upstream's default profile does.</summary>
internal readonly struct ScoreScale
{
    private readonly int _mostPreference;
    private readonly int _mostSoftTaints;
    private readonly int _mostSiblings;
    private readonly double _leastCrowding;
    private readonly double _mostCrowding;
    private readonly int _leastAffinity;
    private readonly int _mostAffinity;
    private readonly bool _spreads;
    private readonly bool _spreadsSiblings;

    private ScoreScale(List<(NodeState Node, RawScore Score)> passed, ClassPlan plan)
    {
        _spreads = plan.HasSoftSpread;
        _spreadsSiblings = plan.Class.Spread.Length == 0 && plan.Class.ControllerUid is not null;
        (_leastCrowding, _mostCrowding) = (double.MaxValue, 0);
        (_leastAffinity, _mostAffinity) = (int.MaxValue, int.MinValue);
        foreach ((_, RawScore score) in passed)
        {
            _mostPreference = Math.Max(_mostPreference, score.Preference);
            _mostSoftTaints = Math.Max(_mostSoftTaints, score.SoftTaints);
            _mostSiblings = Math.Max(_mostSiblings, score.Siblings);
            _leastCrowding = Math.Min(_leastCrowding, score.Crowding ?? double.MaxValue);
            _mostCrowding = Math.Max(_mostCrowding, score.Crowding ?? 0);
            _leastAffinity = Math.Min(_leastAffinity, score.Affinity);
            _mostAffinity = Math.Max(_mostAffinity, score.Affinity);
        }
    }

    public static ScoreScale Over(List<(NodeState Node, RawScore Score)> passed, ClassPlan plan) => new(passed, plan);

    public double Total(RawScore score)
    {
        double total = score.Resources;
        total += NodeScore.TaintWeight * (_mostSoftTaints == 0 ? NodeScore.Max : NodeScore.Max - (NodeScore.Max * score.SoftTaints / _mostSoftTaints));
        if (_mostPreference > 0)
            total += NodeScore.NodeAffinityWeight * (NodeScore.Max * score.Preference / _mostPreference);
        if (_mostAffinity > _leastAffinity)
            total += NodeScore.PodAffinityWeight * (int)((double)NodeScore.Max * (score.Affinity - _leastAffinity) / (_mostAffinity - _leastAffinity));
        if (_spreads && score.Crowding is { } crowding)
            total += NodeScore.SpreadWeight * (_mostCrowding == 0 ? NodeScore.Max : (int)(NodeScore.Max * (_mostCrowding + _leastCrowding - crowding) / _mostCrowding));
        if (_spreadsSiblings && _mostSiblings > 0)
            total += NodeScore.SpreadWeight * (NodeScore.Max * (_mostSiblings - score.Siblings) / _mostSiblings);
        return total;
    }
}
