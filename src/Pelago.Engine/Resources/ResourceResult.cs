// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Resources;

/// <summary>
/// How a verb on one object ended: a Status that refuses it, the stored object (its bytes in the stored form, shared), or a document
/// that is not stored (a dry run, a Scale, a review). <paramref name="Code"/> is the HTTP status code of a success.
/// </summary>
internal readonly record struct ResourceResult(
    ApiStatus? Error, StoredObject? Stored, ReadOnlyMemory<byte> Document, int Code, bool IsForeign = false)
{
    public bool IsSuccess => Error is null;

    /// <summary>The document in the stored form, or the one that is not stored.</summary>
    public ReadOnlyMemory<byte> Bytes => Stored?.Json ?? Document;

    public static ResourceResult Failed(ApiStatus error) => new(error, null, default, error.Code);

    public static ResourceResult Of(StoredObject stored, int code = 200) => new(null, stored, default, code);

    /// <summary>An object of the kind, in the stored form, that is not in the store: a dry run.</summary>
    public static ResourceResult Unstored(ReadOnlyMemory<byte> document, int code = 200) => new(null, null, document, code);

    /// <summary>A complete document of its own group, version and kind (a Status, a Scale, a review): it is written as it is.</summary>
    public static ResourceResult Of(ReadOnlyMemory<byte> document, int code = 200) => new(null, null, document, code, IsForeign: true);
}
