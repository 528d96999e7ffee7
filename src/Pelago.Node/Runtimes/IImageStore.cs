// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Node.Runtimes;

/// <summary>The images of a runtime whose containers run on images. What cannot be done is a <see cref="RuntimeException"/>.</summary>
public interface IImageStore
{
    /// <summary>Null when the image is not on this node.</summary>
    Task<ImageStatus?> StatusAsync(string image, CancellationToken cancel);

    Task<IReadOnlyList<ImageStatus>> ListAsync(CancellationToken cancel);

    /// <summary>Fetches the image from its registry; what it is then.</summary>
    Task<ImageStatus> PullAsync(string image, IReadOnlyList<ImageCredentials> credentials, CancellationToken cancel);

    /// <summary>Takes the images of an OCI or docker archive, all of them or none; which they are.</summary>
    /// <param name="name">What the one image of the archive is to be called; null: as the archive says.</param>
    Task<IReadOnlyList<ImportedImage>> ImportAsync(Stream archive, string? name, CancellationToken cancel);

    /// <summary>Removes a name, and the image with its last name; all of it when <paramref name="image"/> is an id. False when it is not there.</summary>
    Task<bool> RemoveAsync(string image, CancellationToken cancel);
}

/// <summary>An image on this node. <paramref name="User"/> is whom its containers run as; null: a name that only the image knows.</summary>
public sealed record ImageStatus(string Id, ulong Size, long? User)
{
    /// <summary>The name where <see cref="User"/> is null.</summary>
    public string UserName { get; init; } = "";

    /// <summary>Whole references with their tags.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Whole references with the digest of the manifest.</summary>
    public IReadOnlyList<string> Digests { get; init; } = [];

    /// <summary>The runtime itself needs it: it is never removed.</summary>
    public bool Pinned { get; init; }
}

/// <summary>An image of an archive, which this node has now.</summary>
public sealed record ImportedImage(string Id, IReadOnlyList<string> Names);

/// <summary>Who may pull from a registry.</summary>
public sealed record ImageCredentials(string Server, string User, string Password);
