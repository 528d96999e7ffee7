// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Runtimes;

/// <summary>The images of a runtime whose containers run on images. What cannot be done is a <see cref="RuntimeException"/>.</summary>
public interface IImageStore
{
    /// <summary>Null when the image is not on this node.</summary>
    Task<ImageStatus?> StatusAsync(string image, CancellationToken cancel);

    /// <summary>Fetches the image from its registry; what it is then.</summary>
    Task<ImageStatus> PullAsync(string image, IReadOnlyList<ImageCredentials> credentials, CancellationToken cancel);

    /// <summary>Takes the images of an OCI or docker archive.</summary>
    Task ImportAsync(string archive, CancellationToken cancel);
}

/// <summary>An image on this node. <paramref name="User"/> is whom its containers run as; null: a name that only the image knows.</summary>
public sealed record ImageStatus(string Id, ulong Size, long? User);

/// <summary>Who may pull from a registry.</summary>
public sealed record ImageCredentials(string Server, string User, string Password);
