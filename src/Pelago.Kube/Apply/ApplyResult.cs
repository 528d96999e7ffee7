// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Kube.Apply;

/// <summary>What an apply gives: the object to store, or the Status that says why not (a conflict, a malformed configuration).</summary>
public sealed class ApplyResult
{
    private ApplyResult(JsonObject? document, ApiStatus? failure)
    {
        Object = document;
        Failure = failure;
    }

    /// <summary>The new object with its <c>metadata.managedFields</c>; null when the apply failed.</summary>
    public JsonObject? Object { get; }

    public ApiStatus? Failure { get; }

    internal static ApplyResult Of(JsonObject document) => new(document, null);

    internal static ApplyResult Failed(ApiStatus failure) => new(null, failure);
}
