// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Resources;

/// <summary>GET and LIST: from snapshots, without parsing anything.</summary>
internal sealed class ObjectReader(IRevisionStore store, TimeProvider time)
{
    /// <summary>How long a read waits for a revision that is yet to come.</summary>
    private static readonly TimeSpan FreshnessPatience = TimeSpan.FromSeconds(3);

    public async ValueTask<ResourceResult> GetAsync(ResourceRequest request, string resourceVersion, CancellationToken cancel)
    {
        if (resourceVersion.Length > 0 && await WaitUntilFreshAsync(resourceVersion, cancel) is { } refused)
            return ResourceResult.Failed(refused);
        return Get(request);
    }

    public ResourceResult Get(ResourceRequest request) =>
        store.Resource(request.Kind.StoreName).Current.Get(request.Key) is { } stored
            ? ResourceResult.Of(stored)
            : ResourceResult.Failed(ApiStatus.NotFound(request.Kind.GroupResource, request.Name));

    /// <summary>One page, or the reason why not. Selectors are those of <paramref name="options"/>, already parsed.</summary>
    public async ValueTask<(ResourcePage? Page, ApiStatus? Error)> ListAsync(
        ResourceRequest request, ListOptions options, ObjectSelector selector, CancellationToken cancel)
    {
        if (ListOptionsRules.CheckList(options) is { } bad)
            return (null, bad);
        if (options.Continue.Length > 0)
            return ListRest(request, options, selector);
        if (ListOptionsRules.ReadRevision(options.ResourceVersion, out long asked) is { } unreadable)
            return (null, unreadable);
        bool exact = options.ResourceVersionMatch == ListOptionsRules.Exact
            || options.ResourceVersionMatch.Length == 0 && options.Limit > 0 && asked > 0;
        if (asked > 0 && await WaitUntilFreshAsync(options.ResourceVersion, cancel) is { } tooNew)
            return (null, tooNew);
        IResourceStore objects = store.Resource(request.Kind.StoreName);
        long limit = options.ResourceVersion == "0" ? 0 : options.Limit;
        try
        {
            Snapshot snapshot = exact ? objects.At(asked) : objects.Current;
            return (Collect(request, snapshot, selector, limit, after: null, exact ? asked : snapshot.Revision), null);
        }
        catch (HistoryGoneException)
        {
            return (null, ApiStatus.Expired($"The resourceVersion for the provided list is too old: {asked} ({store.CompactedRevision})"));
        }
    }

    /// <summary>A Status when the store does not reach the revision in time.</summary>
    public async ValueTask<ApiStatus?> WaitUntilFreshAsync(string resourceVersion, CancellationToken cancel)
    {
        if (ListOptionsRules.ReadRevision(resourceVersion, out long asked) is { } unreadable)
            return unreadable;
        if (asked <= store.Revision)
            return null;
        using var patience = new CancellationTokenSource(FreshnessPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            await store.WaitForRevisionAsync(asked, either.Token);
            return null;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return TooLarge(asked);
        }
    }

    private ApiStatus TooLarge(long asked) => new()
    {
        Code = 504,
        Reason = StatusReason.Timeout,
        Message = string.Create(CultureInfo.InvariantCulture, $"Timeout: Too large resource version: {asked}, current: {store.Revision}"),
        Causes = [new StatusCause("ResourceVersionTooLarge", "Too large resource version")],
        RetryAfterSeconds = 1,
    };

    private (ResourcePage? Page, ApiStatus? Error) ListRest(ResourceRequest request, ListOptions options, ObjectSelector selector)
    {
        if (!ContinueToken.TryParse(options.Continue, request.Namespace, out ContinueToken token, out string? error))
            return (null, ApiStatus.BadRequest($"invalid continue token: {error}"));
        IResourceStore objects = store.Resource(request.Kind.StoreName);
        try
        {
            Snapshot snapshot = token.Revision == ContinueToken.Inconsistent ? objects.Current : objects.At(token.Revision);
            long revision = token.Revision == ContinueToken.Inconsistent ? snapshot.Revision : token.Revision;
            return (Collect(request, snapshot, selector, options.Limit, token.After, revision), null);
        }
        catch (HistoryGoneException)
        {
            return (null, ApiStatus.Expired(
                "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
                + "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. "
                + "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or "
                + "deleted between the time the first chunk was returned and now may show up in the list.",
                (token with { Revision = ContinueToken.Inconsistent }).ToString()));
        }
        catch (ArgumentOutOfRangeException)
        {
            return (null, ApiStatus.BadRequest("invalid continue token: continue key is not valid: its resourceVersion is yet to come"));
        }
    }

    private static ResourcePage Collect(
        ResourceRequest request, Snapshot snapshot, ObjectSelector selector, long limit, ObjectKey? after, long revision)
    {
        string ns = request.Namespace;
        if (selector.Namespace is { } only)
        {
            if (ns.Length > 0 && ns != only)
                return new ResourcePage { Items = [], Revision = revision };
            ns = request.Kind.Namespaced ? only : ns;
        }

        if (selector.Name is { } name && (ns.Length > 0 || !request.Kind.Namespaced) && after is null)
        {
            StoredObject? one = snapshot.Get(new ObjectKey(ns, name));
            return new ResourcePage { Items = one is not null && selector.Matches(one) ? [one] : [], Revision = revision };
        }

        var items = new List<StoredObject>(limit > 0 ? (int)Math.Min(limit, snapshot.Count) : ns.Length == 0 ? snapshot.Count : 16);
        bool all = selector.IsEverything;
        long remaining = 0;
        foreach (StoredObject stored in snapshot.Scan(ns, after))
        {
            if (!all && !selector.Matches(stored))
                continue;
            if (limit > 0 && items.Count == limit)
            {
                remaining = all ? snapshot.CountOf(ns, items[^1].Key) : 1;
                break;
            }

            items.Add(stored);
        }

        return new ResourcePage
        {
            Items = items,
            Revision = revision,
            Continue = remaining == 0 ? "" : new ContinueToken(revision, items[^1].Key).ToString(),
            RemainingItemCount = remaining > 0 && all ? remaining : null,
        };
    }
}
