// SPDX-License-Identifier: Apache-2.0

using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Operate;

/// <summary>A task and the cluster that it is of.</summary>
internal sealed record FoundTask(HttpKubeApi Cluster, PodTask Task);
