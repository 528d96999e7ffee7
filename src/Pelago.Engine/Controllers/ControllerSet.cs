// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Microsoft.Extensions.Logging;
using Pelago.Client;

namespace Pelago.Engine.Controllers;

/// <summary>All controllers of a cluster, over nothing but its API: the embedded engine or a real one.</summary>
internal static class ControllerSet
{
    /// <summary>Runs until cancelled; returns when every loop has stopped.</summary>
    public static async Task RunAsync(IKubeApi api, ControllerOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken cancel)
    {
        var context = new ControllerContext(api, options, loggers, time);
        IController[] controllers = [.. Create(context)];
        context.Informers.Start(cancel);
        await Task.WhenAll(
            Task.WhenAll(controllers.Select(controller => controller.RunAsync(cancel))),
            Task.WhenAll(context.Recorders.Select(recorder => recorder.RunAsync(cancel))),
            context.Informers.StoppedAsync());
    }

    private static IEnumerable<IController> Create(ControllerContext context)
    {
        yield return new ReplicaController<V1ReplicaSet>(context, ReplicaKinds.ReplicaSet);
        yield return new ReplicaController<V1ReplicationController>(context, ReplicaKinds.ReplicationController);
        yield return new DeploymentController(context);
        yield return new GarbageCollector(context);
        yield return new NodeLifecycleController(context);
        yield return new TaintEviction(context);
        yield return new PodGarbageCollector(context);
        yield return new DisruptionController(context);
        yield return new NamespaceController(context);
        yield return new EndpointsController(context);
        yield return new EndpointSliceController(context);
        yield return new EndpointSliceMirroring(context);
        yield return new StatefulSetController(context);
        yield return new DaemonSetController(context);
        yield return new JobController(context);
        yield return new TtlAfterFinished(context);
        yield return new CronJobController(context);
        yield return new ServiceAccountController(context);
        yield return new TokenSecrets(context);
        DirectoryProvisioner? provisioner = context.Options.VolumeRoot is { } root ? new DirectoryProvisioner(context, root) : null;
        yield return new ClaimController(context, provisioner);
        yield return new VolumeController(context, provisioner);
        yield return new VolumeProtection(context);
        yield return new EphemeralClaims(context);
        if (context.Options.RootAuthorityPem is { } pem)
            yield return new RootAuthorityPublisher(context, pem);
    }
}
