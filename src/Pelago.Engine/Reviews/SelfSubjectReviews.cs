// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Resources;
using Pelago.Kube;

namespace Pelago.Engine.Reviews;

/// <summary>authentication.k8s.io/v1 SelfSubjectReview: who am I (<c>kubectl auth whoami</c>).</summary>
internal sealed class SelfSubjectReviews : IResourceHandler
{
    private static readonly GroupVersionKind Kind = new("authentication.k8s.io", "v1", "SelfSubjectReview");

    public ValueTask<ResourceResult> CreateAsync(HandlerRequest request, CancellationToken cancel)
    {
        (JsonObject? review, ApiStatus? refused) = ReviewDocument.Read(request, Kind);
        return new(review is null
            ? ResourceResult.Failed(refused!)
            : ReviewDocument.Answer(review, new JsonObject { ["userInfo"] = ReviewDocument.ToJson(request.Resource.User) }));
    }
}
