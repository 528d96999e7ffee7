// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Admission;

/// <summary>Pods stay five minutes on a node that is not ready or unreachable, unless they say otherwise (upstream plugin/pkg/admission/defaulttolerationseconds).</summary>
internal sealed class DefaultTolerationSeconds : IAdmissionPlugin
{
    private const int Seconds = 300;
    private static readonly string[] Taints = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

    public bool Handles(AdmissionRequest request) => (request.IsCreate || request.IsUpdate) && request.IsAbout("", "pods");

    public ValueTask<ApiStatus?> MutateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        JsonObject spec = request.Object!.Value.Json.ObjectOrNew("spec");
        if (spec.Array("tolerations") is not { } tolerations)
            spec["tolerations"] = tolerations = [];
        foreach (string taint in Taints)
        {
            if (tolerations.OfType<JsonObject>().Any(toleration => Tolerates(toleration, taint)))
                continue;
            tolerations.Add((JsonNode)new JsonObject
            {
                ["key"] = taint, ["operator"] = "Exists", ["effect"] = "NoExecute", ["tolerationSeconds"] = Seconds,
            });
        }

        return default;
    }

    private static bool Tolerates(JsonObject toleration, string taint) =>
        toleration.String("key") is null or "" || toleration.String("key") == taint
            ? toleration.String("effect") is null or "" or "NoExecute"
            : false;
}
