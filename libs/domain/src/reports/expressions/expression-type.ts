/** Types that a calculation knows. They are data types of reports, too. */
export type ExpressionType = 'string' | 'integer' | 'decimal' | 'boolean' | 'date' | 'time' | 'timestamp';
