// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Authorization;
using Pelago.Engine.Quota;
using Pelago.Store;

namespace Pelago.Engine.Admission;

/// <summary>The plugins of the embedded engine in upstream's order (pkg/kubeapiserver/options/plugins.go).</summary>
internal static class AdmissionPlugins
{
    public static IReadOnlyList<IAdmissionPlugin> All(IRevisionStore store, RbacAuthorizer authorizer, TimeProvider time) =>
    [
        new NamespaceLifecycle(store),
        new ServiceAccountAdmission(store, time),
        new PriorityAdmission(store),
        new DefaultTolerationSeconds(),
        new StorageObjectInUseProtection(),
        new RuntimeClassAdmission(store),
        new DefaultStorageClass(store),
        new RbacEscalation(store, authorizer),
        new ResourceQuotaAdmission(store, time),
    ];
}
