// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Keeps the ControllerRevisions of one owner (pkg/controller/history): one for each template it had, the newest with the highest number.</summary>
internal sealed class RevisionHistory
{
    private readonly ControllerContext _context;
    private readonly OwnershipClaims _claims;

    public RevisionHistory(ControllerContext context)
    {
        _context = context;
        _claims = new OwnershipClaims(context.Api, RevisionRecord.Revisions);
        Informer = context.Informers.Get(RevisionRecord.Revisions, "", ListQuery.Everything, RevisionRecord.Read)
            .WithIndex(PodIndexes.Controller, static record => record.Controller is { } owner ? [owner.Uid] : [])
            .WithIndex(PodIndexes.Orphans, static record => record.Controller is null ? [record.Key.Namespace] : []);
    }

    public Informer<RevisionRecord> Informer { get; }

    /// <summary>All revisions of the owner, oldest first.</summary>
    public async Task<(List<RevisionRecord> Revisions, ApiStatus? Error)> ListAsync(Owner owner, LabelSelector selector, CancellationToken cancel)
    {
        IEnumerable<RevisionRecord> candidates = Informer.Cache.ByIndex(PodIndexes.Controller, owner.Uid)
            .Concat(Informer.Cache.ByIndex(PodIndexes.Orphans, owner.Namespace));
        (List<RevisionRecord> claimed, ApiStatus? error) = await _claims.ClaimAsync(owner, selector, candidates, cancel);
        return ([.. claimed.OrderBy(record => record.Revision).ThenBy(record => record.Name, StringComparer.Ordinal)], error);
    }

    /// <summary>The revision of the present template, made or moved to the front if need be, and the collision count after it.</summary>
    public async Task<(RevisionRecord? Current, int Collisions, ApiStatus? Error)> SyncAsync(
        Owner owner, V1PodTemplateSpec template, string hashLabel, int collisions, List<RevisionRecord> revisions, CancellationToken cancel)
    {
        JsonObject data = DataOf(template);
        long last = revisions.Count == 0 ? 0 : revisions[^1].Revision;
        RevisionRecord? equal = revisions.LastOrDefault(record => JsonNode.DeepEquals(record.Data, data));
        if (equal is not null && equal.Revision == last)
            return (equal, collisions, null);
        if (equal is not null)
        {
            (RevisionRecord? moved, ApiStatus? refused) = await RenumberAsync(equal, last + 1, cancel);
            return (moved, collisions, refused);
        }
        return await CreateAsync(owner, template, data, hashLabel, collisions, last + 1, cancel);
    }

    /// <summary>Deletes revisions that nothing runs any more, oldest first, until <paramref name="limit"/> of them are left.</summary>
    public async Task<ApiStatus?> TruncateAsync(IEnumerable<RevisionRecord> revisions, Func<RevisionRecord, bool> isLive, int limit, CancellationToken cancel)
    {
        RevisionRecord[] idle = [.. revisions.Where(record => !isLive(record))];
        foreach (RevisionRecord old in idle.Take(Math.Max(0, idle.Length - limit)))
        {
            ApiStatus? error = (await _context.Api.DeleteAsync(PathOf(old.Key), DeleteQuery.None, cancel)).Error;
            if (error is { IsNotFound: false })
                return error;
        }
        return null;
    }

    private static JsonObject DataOf(V1PodTemplateSpec template)
    {
        JsonObject json = KubeJson.ParseObject(ModelJson.Encode(template));
        json["$patch"] = "replace";
        return new JsonObject { ["spec"] = new JsonObject { ["template"] = json } };
    }

    private async Task<(RevisionRecord? Moved, ApiStatus? Error)> RenumberAsync(RevisionRecord record, long revision, CancellationToken cancel)
    {
        byte[] patch = KubeJson.ToUtf8(new JsonObject { ["revision"] = revision });
        ApiResult done = await _context.Api.PatchAsync(PathOf(record.Key), PatchType.Merge, patch, WriteQuery.None, cancel);
        return done.IsSuccess ? (RevisionRecord.Read(done.Body), null) : (null, done.Error);
    }

    private async Task<(RevisionRecord? Made, int Collisions, ApiStatus? Error)> CreateAsync(
        Owner owner, V1PodTemplateSpec template, JsonObject data, string hashLabel, int collisions, long revision, CancellationToken cancel)
    {
        for (int attempt = 0; attempt < 3; attempt++)
        {
            string hash = GeneratedName.Hash(KubeJson.ToUtf8(data), collisions);
            var key = new ObjectKey(owner.Namespace, $"{owner.Name}-{hash}");
            var labels = new JsonObject([.. (template.Metadata?.Labels ?? new Dictionary<string, string>()).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))])
            {
                [hashLabel] = hash,
            };
            var body = new JsonObject
            {
                ["apiVersion"] = "apps/v1",
                ["kind"] = "ControllerRevision",
                ["metadata"] = new JsonObject { ["name"] = key.Name, ["namespace"] = key.Namespace, ["labels"] = labels, ["ownerReferences"] = new JsonArray(owner.ToReference()) },
                ["data"] = data.DeepClone(),
                ["revision"] = revision,
            };
            ApiResult made = await _context.Api.CreateAsync(PathOf(key) with { Name = "" }, KubeJson.ToUtf8(body), WriteQuery.None, cancel);
            if (made.Error is not { IsAlreadyExists: true })
                return made.IsSuccess ? (RevisionRecord.Read(made.Body), collisions, null) : (null, collisions, made.Error);
            ApiResult present = await _context.Api.GetAsync(PathOf(key), cancel);
            if (present.IsSuccess && RevisionRecord.Read(present.Body) is var record && JsonNode.DeepEquals(record.Data, data))
                return (record, collisions, null);
            collisions++;
        }
        return (null, collisions, ApiStatus.Internal($"no free name for a revision of {owner.Kind.Kind} {owner.Key}"));
    }

    private static ResourcePath PathOf(ObjectKey key) => new(RevisionRecord.Revisions, key.Namespace, key.Name);
}
