namespace EdgeRestore.Metrics;

/// <summary>Eigenvalues and eigenvectors of a small symmetric matrix, by Jacobi's cyclic rotations.</summary>
internal static class SymmetricEigen
{
    private const int SweepsMax = 60;

    /// <returns>Eigenvalues, and their vectors as columns.</returns>
    public static (double[] Values, double[,] Vectors) Of(double[,] matrix)
    {
        var size = matrix.GetLength(0);
        var a = (double[,])matrix.Clone();
        var vectors = new double[size, size];
        for (var i = 0; i < size; i++)
        {
            vectors[i, i] = 1;
        }

        for (var sweep = 0; sweep < SweepsMax && OffDiagonal(a) > 0; sweep++)
        {
            for (var p = 0; p < size - 1; p++)
            {
                for (var q = p + 1; q < size; q++)
                {
                    Rotate(a, vectors, p, q);
                }
            }
        }

        return ([.. Enumerable.Range(0, size).Select(i => a[i, i])], vectors);
    }

    // Golub and Van Loan, Matrix Computations, algorithm 8.5.1: makes a[p, q] zero.
    private static void Rotate(double[,] a, double[,] vectors, int p, int q)
    {
        if (Math.Abs(a[p, q]) <= 1e-300)
        {
            a[p, q] = a[q, p] = 0;
            return;
        }

        var tau = (a[q, q] - a[p, p]) / (2 * a[p, q]);
        var t = Math.Sign(tau) / (Math.Abs(tau) + Math.Sqrt(1 + (tau * tau)));
        t = tau == 0 ? 1 : t;
        var c = 1 / Math.Sqrt(1 + (t * t));
        var s = t * c;
        var size = a.GetLength(0);
        for (var k = 0; k < size; k++)
        {
            (a[k, p], a[k, q]) = ((c * a[k, p]) - (s * a[k, q]), (s * a[k, p]) + (c * a[k, q]));
        }

        for (var k = 0; k < size; k++)
        {
            (a[p, k], a[q, k]) = ((c * a[p, k]) - (s * a[q, k]), (s * a[p, k]) + (c * a[q, k]));
            (vectors[k, p], vectors[k, q]) =
                ((c * vectors[k, p]) - (s * vectors[k, q]), (s * vectors[k, p]) + (c * vectors[k, q]));
        }

        a[p, q] = a[q, p] = 0;
    }

    private static double OffDiagonal(double[,] a)
    {
        var (sum, diagonal) = (0.0, 0.0);
        for (var i = 0; i < a.GetLength(0); i++)
        {
            diagonal = Math.Max(diagonal, Math.Abs(a[i, i]));
            for (var j = 0; j < i; j++)
            {
                sum = Math.Max(sum, Math.Abs(a[i, j]));
            }
        }

        // Nothing left that would change a digit.
        return sum <= 1e-18 * diagonal ? 0 : sum;
    }
}
