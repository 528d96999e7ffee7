// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Rendering;

namespace Pelago.Packages.Releases;

/// <summary>
/// Documents of any size beside installations: packages, specs, releases. Each is known by the SHA-256 of its canonical JSON and lies, packed, in as many
/// Secrets as it takes, so writing one again changes nothing and what is read is what was written. One that nobody names any more may go.
/// </summary>
public sealed class RecordStore(IKubeApi api, TimeProvider time)
{
    /// <summary>Of packed bytes in one Secret: with base64 less than the 1 MiB that a cluster takes.</summary>
    private const int ChunkSize = 700 * 1024;

    /// <summary>Of a document as it is read.</summary>
    private const int MaxDocument = 64 * 1024 * 1024;
    private const int MaxChunks = 128;
    private const string Prefix = "sha256:";
    private const string RecordLabel = $"{PackagesApi.Group}/record";
    private const string OwnerLabel = $"{PackagesApi.Group}/record-of";
    private const string DigestAnnotation = $"{PackagesApi.Group}/digest";
    private const string ChunksAnnotation = $"{PackagesApi.Group}/chunks";
    private const string UsedAnnotation = $"{PackagesApi.Group}/used";

    /// <summary>By what a document is known.</summary>
    public static string DigestOf(JsonObject document) => Prefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(CanonicalJson.Of(document))));

    /// <summary>Keeps a document; its digest. Throws an <see cref="ApiStatusException"/> when the cluster refuses it.</summary>
    /// <param name="owner">The installation that it is of alone, and with which it goes; null where several may share it.</param>
    public async Task<string> PutAsync(string ns, JsonObject document, CancellationToken cancel, string? owner = null)
    {
        byte[] plain = Encoding.UTF8.GetBytes(CanonicalJson.Of(document));
        string digest = Prefix + Convert.ToHexStringLower(SHA256.HashData(plain));
        if (plain.Length > MaxDocument)
            throw new ApiStatusException(ApiStatus.BadRequest($"a document of {plain.Length} bytes was not kept: at most {MaxDocument} are"));
        byte[] packed = Pack(plain);
        int chunks = (packed.Length + ChunkSize - 1) / ChunkSize;
        for (int i = 0; i < chunks; i++)
        {
            byte[] secret = KubeJson.ToUtf8(Secret(digest, owner, i, chunks, packed.AsSpan(i * ChunkSize, Math.Min(ChunkSize, packed.Length - i * ChunkSize))));
            ApiResult made = await api.CreateAsync(new ResourcePath(PackagesApi.Secrets, ns), secret, new WriteQuery { FieldManager = PackagesApi.FieldManager }, cancel);
            if (made.Error is { IsAlreadyExists: true })
                made = await TouchAsync(ns, NameOf(digest, i), cancel);
            if (made.Error is { } refused)
                throw new ApiStatusException(refused);
        }

        return digest;
    }

    /// <summary>A document. Throws an <see cref="ApiStatusException"/> when it is not there whole.</summary>
    public async Task<JsonObject> ReadAsync(string ns, string digest, CancellationToken cancel)
    {
        using var packed = new MemoryStream();
        int chunks = 1;
        for (int i = 0; i < chunks; i++)
        {
            ApiResult read = await api.GetAsync(new ResourcePath(PackagesApi.Secrets, ns, NameOf(digest, i)), cancel);
            KubeObject secret = KubeObject.Parse(read.BodyOrThrow());
            if (i == 0 && (!int.TryParse(secret.Annotations?.String(ChunksAnnotation), out chunks) || chunks is < 1 or > MaxChunks))
                throw Damaged(ns, digest);
            if (!TryDecode(secret.Json.Object("data")?.String("chunk"), out byte[] chunk))
                throw Damaged(ns, digest);
            packed.Write(chunk);
        }

        byte[]? plain = Unpack(packed.ToArray());
        if (plain is null || Prefix + Convert.ToHexStringLower(SHA256.HashData(plain)) != digest)
            throw Damaged(ns, digest);
        return KubeJson.ParseObject(plain);
    }

    /// <summary>Removes the documents of a namespace that are not named and older than <paramref name="grace"/>: younger ones may be about to be.</summary>
    public async Task SweepAsync(string ns, IReadOnlySet<string> named, TimeSpan grace, CancellationToken cancel)
    {
        ApiResult list = await api.ListAsync(new ResourcePath(PackagesApi.Secrets, ns), new ListQuery { LabelSelector = RecordLabel, MetadataOnly = true }, cancel);
        foreach (JsonObject item in (KubeJson.ParseObject(list.BodyOrThrow()).Array("items") ?? []).OfType<JsonObject>())
        {
            var secret = new KubeObject(item);
            bool isYoung = MetaTime.TryParse(secret.Annotations?.String(UsedAnnotation), out DateTimeOffset used) && time.GetUtcNow() - used < grace;
            if (isYoung || named.Contains(secret.Annotations?.String(DigestAnnotation) ?? ""))
                continue;
            await RemoveAsync(secret, ns, cancel);
        }
    }

    /// <summary>Removes what was kept for one installation alone, and is not named by another one.</summary>
    public async Task RemoveOfAsync(string ns, string owner, IReadOnlySet<string> named, CancellationToken cancel)
    {
        ApiResult list = await api.ListAsync(new ResourcePath(PackagesApi.Secrets, ns), new ListQuery { LabelSelector = $"{OwnerLabel}={OwnerOf(owner)}", MetadataOnly = true }, cancel);
        foreach (KubeObject secret in (KubeJson.ParseObject(list.BodyOrThrow()).Array("items") ?? []).OfType<JsonObject>().Select(item => new KubeObject(item)))
        {
            if (!named.Contains(secret.Annotations?.String(DigestAnnotation) ?? ""))
                await RemoveAsync(secret, ns, cancel);
        }
    }

    /// <summary>Makes a document that was kept for an installation its own: it goes with it, whoever removes that. One that was kept for another stays that one's.</summary>
    public async Task OwnAsync(string ns, string digest, Installation owner, CancellationToken cancel)
    {
        var query = new ListQuery { LabelSelector = $"{RecordLabel}={LabelOf(digest)},{OwnerLabel}={OwnerOf(owner.Name)}", MetadataOnly = true };
        ApiResult list = await api.ListAsync(new ResourcePath(PackagesApi.Secrets, ns), query, cancel);
        foreach (KubeObject secret in (KubeJson.ParseObject(list.BodyOrThrow()).Array("items") ?? []).OfType<JsonObject>().Select(item => new KubeObject(item)))
        {
            if ((secret.Metadata.Array("ownerReferences") ?? []).OfType<JsonObject>().Any(one => one.String("uid") == owner.Object.Uid))
                continue;
            var reference = new JsonObject { ["apiVersion"] = PackagesApi.ApiVersion, ["kind"] = PackagesApi.Kind, ["name"] = owner.Name, ["uid"] = owner.Object.Uid };
            var patch = new JsonObject { ["metadata"] = new JsonObject { ["ownerReferences"] = new JsonArray(reference) } };
            (await api.PatchAsync(new ResourcePath(PackagesApi.Secrets, ns, secret.Name), PatchType.Merge, KubeJson.ToUtf8(patch), new WriteQuery { FieldManager = PackagesApi.FieldManager }, cancel)).BodyOrThrow();
        }
    }

    /// <summary>Removes these documents.</summary>
    public async Task RemoveAsync(string ns, IEnumerable<string> digests, CancellationToken cancel)
    {
        foreach (string digest in digests.Where(digest => digest.Length > Prefix.Length).Distinct())
        {
            ApiResult list = await api.ListAsync(new ResourcePath(PackagesApi.Secrets, ns), new ListQuery { LabelSelector = $"{RecordLabel}={LabelOf(digest)}", MetadataOnly = true }, cancel);
            foreach (JsonObject item in (KubeJson.ParseObject(list.BodyOrThrow()).Array("items") ?? []).OfType<JsonObject>())
                await RemoveAsync(new KubeObject(item), ns, cancel);
        }
    }

    /// <summary>What was there before is about to be named again, and must not go meanwhile.</summary>
    private Task<ApiResult> TouchAsync(string ns, string name, CancellationToken cancel)
    {
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [UsedAnnotation] = MetaTime.Now(time) } } };
        return api.PatchAsync(new ResourcePath(PackagesApi.Secrets, ns, name), PatchType.Merge, KubeJson.ToUtf8(patch), WriteQuery.None, cancel);
    }

    /// <summary>As it was seen: one that somebody has named again since stays.</summary>
    private async Task RemoveAsync(KubeObject secret, string ns, CancellationToken cancel)
    {
        var seen = new DeleteQuery { Uid = secret.Uid, ResourceVersion = secret.ResourceVersion };
        ApiResult gone = await api.DeleteAsync(new ResourcePath(PackagesApi.Secrets, ns, secret.Name), seen, cancel);
        if (gone.Error is { IsNotFound: false, IsConflict: false } refused)
            throw new ApiStatusException(refused);
    }

    private JsonObject Secret(string digest, string? owner, int index, int chunks, ReadOnlySpan<byte> chunk)
    {
        var labels = new JsonObject { [RecordLabel] = LabelOf(digest) };
        if (owner is not null)
            labels[OwnerLabel] = OwnerOf(owner);
        return new JsonObject
        {
            ["apiVersion"] = "v1", ["kind"] = "Secret", ["type"] = $"{PackagesApi.Group}/record", ["immutable"] = true,
            ["metadata"] = new JsonObject
            {
                ["name"] = NameOf(digest, index), ["labels"] = labels,
                ["annotations"] = new JsonObject { [DigestAnnotation] = digest, [ChunksAnnotation] = $"{chunks}", [UsedAnnotation] = MetaTime.Now(time) },
            },
            ["data"] = new JsonObject { ["chunk"] = Convert.ToBase64String(chunk) },
        };
    }

    private static string NameOf(string digest, int index) => $"pelago-record-{LabelOf(digest)}-{index}";

    /// <summary>An installation's name may be longer than a label's value.</summary>
    private static string OwnerOf(string installation) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(installation)))[..40];

    /// <summary>160 bits: a label holds 63 characters, and what is read is compared with the whole digest.</summary>
    private static string LabelOf(string digest)
    {
        string hex = digest.StartsWith(Prefix, StringComparison.Ordinal) ? digest[Prefix.Length..] : digest;
        return hex.Length > 40 ? hex[..40] : hex;
    }

    private static byte[] Pack(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(plain);
        return packed.ToArray();
    }

    /// <summary>Null for what is not packed, or larger than a document may be.</summary>
    private static byte[]? Unpack(byte[] packed)
    {
        try
        {
            using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
            using var plain = new MemoryStream();
            byte[] buffer = new byte[81920];
            for (int read = gzip.Read(buffer); read > 0; read = gzip.Read(buffer))
            {
                plain.Write(buffer, 0, read);
                if (plain.Length > MaxDocument)
                    return null;
            }

            return plain.ToArray();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static bool TryDecode(string? base64, out byte[] bytes)
    {
        bytes = new byte[(base64?.Length ?? 0) / 4 * 3];
        if (base64 is null || !Convert.TryFromBase64String(base64, bytes, out int written))
            return false;
        bytes = bytes[..written];
        return true;
    }

    private static ApiStatusException Damaged(string ns, string digest) => new(ApiStatus.BadRequest(
        $"the record {digest} in namespace {ns} (Secrets {NameOf(digest, 0)}, …) is damaged: 'pelago package upgrade' with the same package writes it anew once they are removed"));
}
