// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Admission;
using Pelago.Kube;

namespace Pelago.Engine.Resources;

/// <summary>The plugins in their order: all Mutate, later all Validate. The first refusal ends the write.</summary>
internal sealed class AdmissionStage(IReadOnlyList<IAdmissionPlugin> plugins)
{
    public async ValueTask<ApiStatus?> MutateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        foreach (IAdmissionPlugin plugin in plugins)
        {
            if (plugin.Handles(request) && await plugin.MutateAsync(request, cancel) is { } refused)
                return refused;
        }

        return null;
    }

    public async ValueTask<ApiStatus?> ValidateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        foreach (IAdmissionPlugin plugin in plugins)
        {
            if (plugin.Handles(request) && await plugin.ValidateAsync(request, cancel) is { } refused)
                return refused;
        }

        return null;
    }

    /// <summary>The request as plugins see it.</summary>
    public static AdmissionRequest Request(ResourceRequest request, string operation, KubeObject? subject, KubeObject? old, bool dryRun) => new()
    {
        User = request.User,
        Operation = operation,
        Resource = request.Kind.Gvr(request.Version.Name),
        Kind = request.Kind.Kind,
        Subresource = request.Subresource,
        Namespace = request.Namespace,
        Name = request.Name.Length > 0 ? request.Name : subject?.Name ?? "",
        Object = subject,
        Old = old,
        DryRun = dryRun,
        Warnings = request.Warnings,
    };
}
