// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.Engine.InProcess;
using Pelago.Engine.Registry;
using Pelago.Engine.Requests;
using Pelago.Engine.Resources;
using Pelago.Engine.Schema;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Tests.InProcess;

/// <summary>The API for callers in the process over a store, without admission and without anybody else.</summary>
internal static class BareApi
{
    public static readonly ResourcePath ConfigMaps = new(new GroupVersionResource("", "v1", "configmaps"), "d");

    public static EngineKubeApi Over(IRevisionStore store, CancellationToken cancel)
    {
        var registry = new ResourceRegistry(BuiltInKinds.All(new RowSources { Schema = BuiltInSchemas.Instance.Find }));
        var service = new ResourceService(store, new AdmissionStage([]), new HandlerTable(), TimeProvider.System);
        return new EngineKubeApi("c", UserInfo.System("t"), registry, service, null!, TimeProvider.System, NullLogger.Instance, cancel);
    }
}
