// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Tests.Resources;

internal static class Deployments
{
    /// <summary>A valid Deployment <c>d</c> of one replica.</summary>
    public const string Body = """
        {"metadata":{"name":"d"},"spec":{"replicas":1,"selector":{"matchLabels":{"app":"d"}},
         "template":{"metadata":{"labels":{"app":"d"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
        """;
}
