// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Scheduling;

/// <summary>Why no node took a pod: the reasons of all nodes, counted.</summary>
internal sealed class Diagnosis(int nodeCount, FailureKinds kinds, string? obstacle, IReadOnlyList<(NodeState Node, FilterFailure Failure)> failures)
{
    public FailureKinds Kinds => kinds;

    /// <summary>By node; empty when an obstacle stands before all nodes.</summary>
    public IReadOnlyList<(NodeState Node, FilterFailure Failure)> Failures => failures;

    /// <summary>
    /// Upstream's message: <c>0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable. preemption: …</c>.
    /// </summary>
    public string Message(string? preemption)
    {
        if (nodeCount == 0)
            return "no nodes available to schedule pods";
        string reasons = obstacle is null ? Histogram(failures.SelectMany(pair => pair.Failure.Reasons)) : obstacle;
        string message = $"0/{nodeCount} nodes are available:{(reasons.Length > 0 ? $" {reasons}." : "")}";
        return string.IsNullOrEmpty(preemption) ? message : $"{message} preemption: {preemption}";
    }

    /// <summary>Equal reasons counted, sorted as texts: <c>1 a, 2 b</c>.</summary>
    public static string Histogram(IEnumerable<string> reasons) => string.Join(
        ", ", reasons.CountBy(reason => reason, StringComparer.Ordinal).Select(pair => $"{pair.Value} {pair.Key}").Order(StringComparer.Ordinal));
}
