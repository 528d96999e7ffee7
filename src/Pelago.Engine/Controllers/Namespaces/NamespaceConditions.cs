// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>The five conditions of a namespace that is being emptied (namespace/deletion/status_condition_utils.go), in their fixed order.</summary>
internal static class NamespaceConditions
{
    public static JsonArray Of(NamespaceContents contents, JsonArray before, string now)
    {
        string? discovery = contents.DiscoveryFailure?.Message
            ?? (contents.UnknownGroups.Count == 0 ? null : string.Join(", ", contents.UnknownGroups.Select(failure => $"{failure.Group}: {failure.Why.Message}")));
        string? deletion = contents.Failures.Count == 0
            ? null
            : "Failed to delete all resource types, " + contents.Failures.Count + " remaining: " + string.Join(", ", contents.Failures.Select(failure => failure.Why.Message));
        string? remaining = contents.Remaining.Count == 0
            ? null
            : "Some resources are remaining: " + string.Join(", ", contents.Remaining.Select(pair => $"{pair.Key} has {pair.Value} resource instances"));
        string? finalizers = contents.Finalizers.Count == 0
            ? null
            : "Some content in the namespace has finalizers remaining: " + string.Join(", ", contents.Finalizers.Select(pair => $"{pair.Key} in {pair.Value} resource instances"));
        return
        [
            Condition("NamespaceDeletionDiscoveryFailure", discovery is null ? null : $"Discovery failed for some groups, {contents.UnknownGroups.Count} failing: {discovery}", "DiscoveryFailed", "ResourcesDiscovered", "All resources successfully discovered"),
            Condition("NamespaceDeletionGroupVersionParsingFailure", null, "GroupVersionParsingFailed", "ParsedGroupVersions", "All legacy kube types successfully parsed"),
            Condition("NamespaceDeletionContentFailure", deletion, "ContentDeletionFailed", "ContentDeleted", "All content successfully deleted, may be waiting on finalization"),
            Condition("NamespaceContentRemaining", remaining, "SomeResourcesRemain", "ContentRemoved", "All content successfully removed"),
            Condition("NamespaceFinalizersRemaining", finalizers, "SomeFinalizersRemain", "ContentHasNoFinalizers", "All content-preserving finalizers finished"),
        ];

        JsonObject Condition(string type, string? trouble, string troubled, string fine, string fineMessage)
        {
            string status = trouble is null ? "False" : "True";
            JsonObject? present = before.OfType<JsonObject>().FirstOrDefault(condition => condition.String("type") == type);
            string since = present?.String("status") == status ? present.String("lastTransitionTime") ?? now : now;
            return new JsonObject
            {
                ["lastTransitionTime"] = since, ["message"] = trouble ?? fineMessage, ["reason"] = trouble is null ? fine : troubled, ["status"] = status, ["type"] = type,
            };
        }
    }
}
