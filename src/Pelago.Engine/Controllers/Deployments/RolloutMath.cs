// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using k8s.Models;

namespace Pelago.Engine.Controllers;

/// <summary>How many pods a rollout may have and must have.</summary>
internal static class RolloutMath
{
    public static bool IsRolling(V1Deployment deployment) => deployment.Spec.Strategy?.Type is null or "RollingUpdate";

    public static int MaxSurge(V1Deployment deployment) => IsRolling(deployment) ? Resolve(deployment).Surge : 0;

    public static int MaxUnavailable(V1Deployment deployment)
    {
        int replicas = deployment.Spec.Replicas ?? 1;
        if (!IsRolling(deployment) || replicas == 0)
            return 0;
        return Math.Min(Resolve(deployment).Unavailable, replicas);
    }

    public static int MinAvailable(V1Deployment deployment) =>
        IsRolling(deployment) ? (deployment.Spec.Replicas ?? 1) - MaxUnavailable(deployment) : 0;

    /// <summary>A count, or a percentage of a total; null reads as <paramref name="byDefault"/>.</summary>
    public static int Scaled(IntOrString? value, int total, bool roundUp, string byDefault)
    {
        string text = value?.Value ?? byDefault;
        if (!text.EndsWith('%'))
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int count) ? count : 0;
        if (!int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int percent))
            return 0;
        long product = (long)percent * total;
        return (int)(roundUp ? (product + 99) / 100 : product / 100);
    }

    /// <summary>Both zero would be a standstill: then one may be unavailable.</summary>
    private static (int Surge, int Unavailable) Resolve(V1Deployment deployment)
    {
        int replicas = deployment.Spec.Replicas ?? 1;
        V1RollingUpdateDeployment? rolling = deployment.Spec.Strategy?.RollingUpdate;
        int surge = Scaled(rolling?.MaxSurge, replicas, roundUp: true, "25%");
        int unavailable = Scaled(rolling?.MaxUnavailable, replicas, roundUp: false, "25%");
        return surge == 0 && unavailable == 0 ? (0, 1) : (surge, unavailable);
    }
}
