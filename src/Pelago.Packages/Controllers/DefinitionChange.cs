// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Controllers;

/// <summary>Whether a CustomResourceDefinition may take the place of another: objects that are stored in a version must stay readable.</summary>
internal static class DefinitionChange
{
    public static StepOutcome? Obstacle(KubeObject wanted, KubeObject live)
    {
        HashSet<string> offered = [.. (wanted.Spec?.Array("versions") ?? []).OfType<JsonObject>().Select(version => version.String("name") ?? "")];
        string[] lost = [.. (live.Status?.Array("storedVersions") ?? []).Select(version => version?.ToString() ?? "").Where(version => !offered.Contains(version))];
        if (lost.Length == 0)
            return null;
        return StepOutcome.Failed(
            $"CustomResourceDefinition {wanted.Name} would lose the version {string.Join(", ", lost)}, in which objects are stored: write them all anew in a version that stays "
            + "(kubectl get … -o yaml | kubectl replace -f -), take the old one out of status.storedVersions, then upgrade");
    }
}
