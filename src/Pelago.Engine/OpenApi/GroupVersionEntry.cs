// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Registry;

namespace Pelago.Engine.OpenApi;

/// <summary>One group version in the index: its rows, and its document once somebody asked for it. Guarded by the lock of its owner.</summary>
internal sealed class GroupVersionEntry(IReadOnlyList<(ResourceKind Kind, ServedVersion Version)> served, string product, string? hash)
{
    private OpenApiDocument? _document;

    public IReadOnlyList<(ResourceKind Kind, ServedVersion Version)> Served { get; } = served;

    public string Hash => hash ?? Document.Hash;

    public OpenApiDocument Document => _document ??= new OpenApiDocument(OpenApiWriter.Version3(Served, product), hash);

    /// <summary>The same rows still.</summary>
    public bool IsOf(IReadOnlyList<(ResourceKind Kind, ServedVersion Version)> others)
    {
        if (others.Count != Served.Count)
            return false;
        for (int i = 0; i < others.Count; i++)
        {
            if (!ReferenceEquals(others[i].Kind, Served[i].Kind) || !ReferenceEquals(others[i].Version, Served[i].Version))
                return false;
        }
        return true;
    }
}
