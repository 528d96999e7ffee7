// SPDX-License-Identifier: Apache-2.0

using Pelago.Node.Runtimes;

namespace Pelago.Node.Images;

/// <summary>Which containers of a node, those that have ended among them, are on which image.</summary>
internal sealed class ImageUse
{
    public static readonly ImageUse Unknown = new([], new Dictionary<string, string>());
    private readonly IReadOnlyList<ContainerStatus> _containers;
    private readonly IReadOnlyDictionary<string, string> _pods;

    /// <param name="pods">What to call the pod of a sandbox, by the sandbox's id.</param>
    public ImageUse(IReadOnlyList<ContainerStatus> containers, IReadOnlyDictionary<string, string> pods) => (_containers, _pods) = (containers, pods);

    public static async Task<ImageUse> OfAsync(IPodRuntime runtime, CancellationToken cancel)
    {
        IReadOnlyList<PodSandboxStatus> sandboxes = await runtime.ListPodSandboxesAsync(podUid: null, cancel);
        return new ImageUse(
            await runtime.ListContainersAsync(podUid: null, cancel), sandboxes.ToDictionary(sandbox => sandbox.Id, sandbox => $"pod {sandbox.Spec.Namespace}/{sandbox.Spec.Name}", StringComparer.Ordinal));
    }

    /// <summary>The pods on an image.</summary>
    public IReadOnlyList<string> Of(ImageStatus image) =>
        [.. _containers.Where(container => IsOn(container, image)).Select(container => _pods.GetValueOrDefault(container.SandboxId, $"container {container.Name}")).Distinct()];

    /// <summary>A runtime says the image by its id, or by a digest of its manifest.</summary>
    private static bool IsOn(ContainerStatus container, ImageStatus image) =>
        container.ImageId == image.Id || image.Digests.Contains(container.ImageId) || image.Names.Contains(container.ImageId);
}
