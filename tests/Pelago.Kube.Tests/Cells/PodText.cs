// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using CsCheck;

namespace Pelago.Kube.Tests;

/// <summary>A pod as a test means it: what it is, in words that the code under test does not know, and the document that says so.</summary>
internal sealed record PodText(string Name, string Node, string Phase, bool IsReady, bool IsDeleting, int Restarts, string Waiting)
{
    public static readonly Gen<PodText> Any = Gen.Select(
        Gen.Int[0, 11], OneOf("", "a", "b", "worker-3"), OneOf("Pending", "Running", "Running", "Running", "Succeeded", "Failed", "Unknown"),
        Gen.Bool, Gen.Int[0, 3], Gen.Int[0, 5], OneOf("", "", "ContainerCreating", "CrashLoopBackOff", "ImagePullBackOff"),
        (name, node, phase, ready, deleting, restarts, waiting) => new PodText($"pod-{name}", node, phase, ready, deleting == 0, Math.Max(0, restarts - 3), waiting));

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    public string Key => $"default/{Name}";

    /// <summary>As <c>kubectl get</c> would tell it, more or less.</summary>
    public (string Node, CellState State, CellFlags Flags) Look
    {
        get
        {
            CellState state = (Phase, IsDeleting) switch
            {
                ("Succeeded", _) => CellState.Succeeded,
                ("Failed", _) => CellState.Failed,
                (_, true) => CellState.Terminating,
                ("Running" or "Unknown", _) => IsReady ? CellState.Ready : CellState.Running,
                _ => Node.Length == 0 ? CellState.Pending : CellState.Starting,
            };
            CellFlags flags = (Restarts > 0 ? CellFlags.Restarted : CellFlags.None) | (Phase == "Unknown" ? CellFlags.Unknown : CellFlags.None)
                | (Waiting is "CrashLoopBackOff" or "ImagePullBackOff" ? CellFlags.Waiting : CellFlags.None);
            return (Node, state, flags);
        }
    }

    public byte[] ToUtf8()
    {
        var metadata = new JsonObject
        {
            ["labels"] = new JsonObject { ["name"] = "not this", ["status"] = "nor this" },
            ["ownerReferences"] = new JsonArray(new JsonObject { ["name"] = "nor this" }),
            ["name"] = Name,
            ["namespace"] = "default",
        };
        if (IsDeleting)
            metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z";
        var spec = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "c", ["nodeName"] = "nor this" }) };
        if (Node.Length > 0)
            spec["nodeName"] = Node;
        var state = new JsonObject { [Waiting.Length > 0 ? "waiting" : "running"] = new JsonObject { ["message"] = "m", ["reason"] = Waiting } };
        var status = new JsonObject
        {
            ["phase"] = Phase,
            ["conditions"] = new JsonArray(Condition("PodScheduled", true), Condition("Ready", IsReady), Condition("Initialized", true)),
            ["containerStatuses"] = new JsonArray(new JsonObject { ["name"] = "c", ["restartCount"] = Restarts, ["state"] = state }),
        };
        return KubeJson.ToUtf8(new JsonObject { ["kind"] = "Pod", ["apiVersion"] = "v1", ["metadata"] = metadata, ["spec"] = spec, ["status"] = status });
    }

    private static JsonObject Condition(string type, bool isTrue) => new() { ["lastProbeTime"] = null, ["status"] = isTrue ? "True" : "False", ["type"] = type };
}
